package io.github.dsqljava.local.catalog;

import io.github.dsqljava.local.dialect.Statement;
import io.github.dsqljava.local.dialect.StatementClass;
import io.github.dsqljava.local.request.Group;
import io.github.dsqljava.local.request.Step;

/**
 * A session's copy of the catalog. On the service every session keeps one. If another session has
 * changed the catalog since, the next statement or COMMIT gets a schema conflict, and the session
 * renews its copy. PostgreSQL has no such copies, so this class only compares versions.
 *
 * <p>It is inferred that statements without a look at the catalog (SET, SHOW, BEGIN, ROLLBACK) get
 * no conflict. Belongs to an event loop.
 */
public final class CatalogCopy {
  private final CatalogVersion cluster;
  private long known;

  /** A copy that is up to date. */
  public CatalogCopy(CatalogVersion cluster) {
    this.cluster = cluster;
    this.known = cluster.current();
  }

  /** Whether others have changed the original. */
  public boolean isStale() {
    return known != cluster.current();
  }

  /** The client has got the conflict, so the session has a new copy. */
  public void renew() {
    known = cluster.current();
  }

  /** This session has committed a change. */
  public void changed() {
    long version = cluster.next();
    if (known == version - 1) {
      known = version; // else there was another change, which it does not know
    }
  }

  /** Whether a group would use the session's copy. */
  public static boolean concerns(Group group) {
    for (Step step : group.reachable()) {
      Statement statement = step.statement();
      if (step.runs() && statement != null && reads(statement.statementClass())) {
        return true;
      }
    }
    return false;
  }

  private static boolean reads(StatementClass statementClass) {
    return switch (statementClass) {
      case QUERY, DML, DDL, UTILITY -> true;
      case TRANSACTION, SETTING, UNKNOWN -> false;
    };
  }
}
