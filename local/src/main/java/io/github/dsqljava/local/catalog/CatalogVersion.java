package io.github.dsqljava.local.catalog;

import io.github.dsqljava.local.postgres.SystemConnection;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The version of a cluster's catalog: the number of committed changes. Most reports see one version
 * for the whole cluster; one report limits conflicts to the changed tables. Thread-safe.
 */
public final class CatalogVersion {
  private final AtomicLong changes = new AtomicLong();

  /** Begins with an unchanged catalog. */
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
