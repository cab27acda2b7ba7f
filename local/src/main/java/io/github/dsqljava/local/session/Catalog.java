package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.StatementClass;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * What a session knows of the catalog. On the service a session keeps a copy of it, and when others
 * have changed the original since, the next statement or COMMIT is told so and the copy is renewed.
 * PostgreSQL has no such thing, so all there is here are versions.
 *
 * <p>That the version is one for the whole cluster is what most reports say; one limits it to the
 * changed tables. That statements which read nothing from the catalog (SET, SHOW, BEGIN, ROLLBACK)
 * are not told is inferred. Belongs to an event loop, but for the cluster's version.
 */
final class Catalog {
  private final AtomicLong cluster;
  private long known;

  /**
   * @param cluster how many changes there were
   */
  Catalog(AtomicLong cluster) {
    this.cluster = cluster;
    this.known = cluster.get();
  }

  /** Whether others have changed it. */
  boolean isStale() {
    return known != cluster.get();
  }

  void renew() {
    known = cluster.get();
  }

  /** This session has committed a change. */
  void changed() {
    long version = cluster.incrementAndGet();
    if (known == version - 1) {
      known = version; // else there was another change, which it does not know
    }
  }

  /** Whether a group would run on what the session knows. */
  static boolean concerns(ClientGroup group) {
    return runs(group, statementClass -> !ignores(statementClass));
  }

  private static boolean ignores(StatementClass statementClass) {
    return switch (statementClass) {
      case QUERY, DML, DDL, UTILITY -> false;
      case TRANSACTION, SETTING, UNKNOWN -> true;
    };
  }

  /** Whether a group changes it. */
  static boolean isChangedBy(ClientGroup group) {
    return runs(group, statementClass -> statementClass == StatementClass.DDL);
  }

  private static boolean runs(ClientGroup group, Predicate<StatementClass> which) {
    for (Step step : group.steps) {
      if (step.use().runs() && which.test(step.statement().statementClass())) {
        return true;
      }
    }
    return false;
  }
}
