package io.github.dsqljava.local.catalog;

import io.github.dsqljava.local.dialect.Statement;
import io.github.dsqljava.local.dialect.StatementClass;
import io.github.dsqljava.local.request.Group;
import io.github.dsqljava.local.request.Step;

/**
 * What a session knows of the catalog. On the service a session keeps a copy of it, and when others
 * have changed the original since, the next statement or COMMIT is told so and the copy is renewed.
 * PostgreSQL has no such thing, so all there is here are versions.
 *
 * <p>That statements which read nothing from the catalog (SET, SHOW, BEGIN, ROLLBACK) are not told
 * is inferred. Belongs to an event loop.
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

  /** The client has been told, so the session has a new copy. */
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

  /** Whether a group would run on what the session knows. */
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
