package io.github.dsqljava.local.catalog;

import io.github.dsqljava.local.postgres.SystemConnection;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The version of a cluster's catalog: how many changes of it were committed. That it is one for the
 * whole cluster is what most reports say; one limits it to the changed tables. Thread-safe.
 */
public final class CatalogVersion {
  private final AtomicLong changes = new AtomicLong();

  /** Begins with a catalog that nobody has changed. */
  public CatalogVersion() {}

  /** Installs the rules for what a catalog may hold. Blocks. */
  public static void installRules(SystemConnection connection) throws IOException {
    try (InputStream script = CatalogVersion.class.getResourceAsStream("catalog.sql")) {
      connection.run(Objects.requireNonNull(script, "catalog.sql"));
    }
  }

  long current() {
    return changes.get();
  }

  long next() {
    return changes.incrementAndGet();
  }
}
