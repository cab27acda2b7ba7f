package io.github.dsqljava.local;

/**
 * The reasons for which a COMMIT is rolled back, each with SQLSTATE 40001. Texts as recorded on a
 * cluster in September and October 2026 (GitHub Dreamescaper/dsql-emulator, awslabs/mcp); older
 * ones had {@code , please retry: } before the code in parentheses.
 */
public enum CommitConflict {
  /** {@code change conflicts with another transaction (OC000)}. */
  DATA,
  /** {@code schema has been updated by another transaction (OC001)}. */
  SCHEMA
}
