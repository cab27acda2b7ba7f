package io.github.dsqljava.local.catalog;

import io.github.dsqljava.local.postgres.SystemConnection;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** The version of a cluster's catalog: the number of committed changes. Thread-safe. */
public final class CatalogVersion {
  /** Length of the history. A session that has missed more changes counts as affected by one. */
  private static final int MOST_CHANGES = 10_000;

  /**
   * @param version the version of the catalog after the change
   * @param by the session's copy, which knows the change already
   * @param tables the tables whose schema has changed; empty if they may be all
   */
  private record Change(long version, CatalogCopy by, Optional<Set<String>> tables) {}

  private final SchemaReach reach;
  private final AtomicLong changes = new AtomicLong();

  /** The last changes, if it matters what they were about; guarded by itself. */
  private final Deque<Change> last = new ArrayDeque<>();

  /** Begins with an unchanged catalog. */
  public CatalogVersion(SchemaReach reach) {
    this.reach = reach;
  }

  /** Installs the rules for what a catalog may hold. Blocks. */
  public static void installRules(SystemConnection connection) throws IOException {
    try (InputStream script = CatalogVersion.class.getResourceAsStream("catalog.sql")) {
      connection.run(Objects.requireNonNull(script, "catalog.sql"));
    }
  }

  boolean isOfTables() {
    return reach == SchemaReach.CHANGED_TABLES;
  }

  long current() {
    return changes.get();
  }

  long next(CatalogCopy by, Optional<Set<String>> tables) {
    if (!isOfTables()) {
      return changes.incrementAndGet();
    }
    synchronized (last) {
      long version = changes.incrementAndGet();
      last.addLast(new Change(version, by, tables));
      if (last.size() > MOST_CHANGES) {
        last.removeFirst();
      }
      return version;
    }
  }

  /** Whether others have changed one of these tables since a version. */
  boolean hasChanged(long since, CatalogCopy of, Set<String> tables) {
    synchronized (last) {
      Change first = last.peekFirst();
      if (first == null || first.version() > since + 1) {
        return true;
      }
      return last.stream()
          .anyMatch(
              change ->
                  change.version() > since
                      && change.by() != of
                      && change
                          .tables()
                          .map(changed -> !Collections.disjoint(changed, tables))
                          .orElse(true));
    }
  }
}
