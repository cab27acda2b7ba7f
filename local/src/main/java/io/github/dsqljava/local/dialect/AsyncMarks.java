package io.github.dsqljava.local.dialect;

/**
 * How a statement that asks for a job arrives in PostgreSQL, which does not know {@code ASYNC}:
 * with comments that no client writes, as long as the words whose places they take. The event
 * triggers of {@code jobs.sql} look for them.
 */
final class AsyncMarks {
  /** In the place of {@code ASYNC}. */
  static final String ASYNC = "/*\u0001*/";

  /**
   * In the place of {@code UNIQUE}. The index is made unique by the job: PostgreSQL would refuse
   * the statement if there were duplicates, the service only finds out while it builds.
   */
  static final String UNIQUE = "/*\u0001\u0001*/";

  /** The name of a constraint that says which other one is to be validated, for a moment. */
  static final String VALIDATE = "dsql$validate";

  private AsyncMarks() {}

  /** An action of {@code ALTER TABLE} that stands for {@code VALIDATE CONSTRAINT}. */
  static String validate(String constraint) {
    return "ADD CONSTRAINT \""
        + VALIDATE
        + "\" CHECK ('"
        + constraint.replace("'", "''")
        + "' <> '') NOT VALID";
  }
}
