package io.github.dsqljava.local.catalog;

import io.github.dsqljava.local.dialect.Statement;
import io.github.dsqljava.local.dialect.StatementClass;
import io.github.dsqljava.local.dialect.TransactionEffect;
import io.github.dsqljava.local.request.Group;
import io.github.dsqljava.local.request.Step;
import io.github.dsqljava.local.sql.SqlReferences;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

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

  /**
   * Whether other sessions have changed the catalog, or the part of it that a group and its
   * transaction need.
   *
   * @param before names that the transaction has used
   */
  public boolean isStale(Group group, Set<String> before) {
    if (known == cluster.current()) {
      return false;
    }
    if (!cluster.isOfTables()) {
      return true;
    }
    Set<String> names = new HashSet<>(before);
    names.addAll(namesOf(group));
    return cluster.hasChanged(known, this, names);
  }

  /** Returns the names that a group uses; none if the cluster does not track changes by table. */
  public Set<String> namesIn(Group group) {
    return cluster.isOfTables() ? namesOf(group) : Set.of();
  }

  private static Set<String> namesOf(Group group) {
    Set<String> names = new HashSet<>();
    for (Step step : group.reachable()) {
      Statement statement = step.statement();
      if (step.runs() && statement != null) {
        names.addAll(SqlReferences.names(statement.tokens()));
      }
    }
    return names;
  }

  /** Returns the tables whose schema a group changes; empty if they may be all. */
  public static Optional<Set<String>> tablesChangedBy(Group group) {
    Set<String> names = new HashSet<>();
    for (Step step : group.reachable()) {
      Statement statement = step.statement();
      if (step.runs() && statement != null && statement.effect() == TransactionEffect.DDL) {
        Optional<Set<String>> changed = statement.changedObjects();
        if (changed.isEmpty()) {
          return changed;
        }
        names.addAll(changed.get());
      }
    }
    return Optional.of(names);
  }

  /** The client has got the conflict, so the session has a new copy. */
  public void renew() {
    known = cluster.current();
  }

  /**
   * This session has committed a change.
   *
   * @param tables the tables whose schema has changed; empty if they may be all
   */
  public void changed(Optional<Set<String>> tables) {
    long version = cluster.next(this, tables);
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
