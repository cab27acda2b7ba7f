package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import java.util.Locale;
import java.util.Set;

/**
 * The configuration parameters that a session may set, with SET, in the startup message or in its
 * {@code options}. User Guide, "Accessing Aurora DSQL", and live reports of 2026-07 to 2026-09.
 */
public final class Settings {
  private static final Set<String> ACCEPTED =
      Set.of(
          "application_name",
          "client_encoding",
          "datestyle",
          "extra_float_digits",
          "intervalstyle",
          "timezone",
          "search_path",
          "enable_bitmapscan",
          "enable_hashjoin",
          "enable_indexonlyscan",
          "enable_indexscan",
          "enable_material",
          "enable_mergejoin",
          "enable_nestloop",
          "enable_seqscan",
          "dsql.enable_batched_nestloop",
          Settings.SYNC_INDEX);

  /** Whether CREATE INDEX without ASYNC is refused; PostgreSQL does not know it. */
  public static final String SYNC_INDEX = "disable_sync_create_index";

  /** The same for PostgreSQL, which accepts an unknown parameter only with a qualified name. */
  public static final String SYNC_INDEX_IN_POSTGRESQL = "dsql." + SYNC_INDEX;

  private Settings() {}

  /** Whether a session may set a parameter; PostgreSQL compares their names without case. */
  public static boolean isAccepted(String name) {
    return ACCEPTED.contains(name.toLowerCase(Locale.ROOT));
  }

  /** Whether it is a setting of dsql-local's own, which no client knows. */
  static boolean isOurs(String name) {
    return name.toLowerCase(Locale.ROOT).startsWith("dsql.") && !isAccepted(name);
  }

  /** The error for other parameters; FATAL if the startup message has one. */
  public static Refusal refusal(String name) {
    return Clause.SETTING.refusal(name).orElseThrow();
  }

  /** Whether an assignment follows the name of a parameter. */
  static boolean isAssignment(StatementCursor cursor) {
    return cursor.at("TO") || cursor.at("FROM", "CURRENT") || cursor.copy().acceptOperator("=");
  }

  /** Whether a name is complete, and no part of a longer one follows. */
  static boolean isComplete(StatementCursor cursor) {
    return !cursor.at(Kind.DOT);
  }
}
