package io.github.dsqljava.local.sql;

import java.util.Optional;
import java.util.Set;

/**
 * One difference between the SQL of Aurora DSQL and that of PostgreSQL, decided by the text of a
 * statement alone. Stateless and thread-safe.
 */
interface StatementRule {
  /**
   * The key words, in upper case, with which a statement has to begin to concern the rule. They
   * keep every other statement from being looked at.
   */
  Set<String> firstKeywords();

  /**
   * What PostgreSQL has to run instead of a statement; empty to leave it alone. A statement with a
   * mistake in its syntax is left alone, for PostgreSQL to refuse it.
   *
   * @param statement begins with one of the {@link #firstKeywords}
   */
  Optional<String> replacement(SqlStatement statement);
}
