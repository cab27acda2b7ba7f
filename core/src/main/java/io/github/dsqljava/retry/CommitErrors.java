package io.github.dsqljava.retry;

import io.github.dsqljava.ServerError;

/** What an error in answer to COMMIT says about the transaction. */
public final class CommitErrors {
  private CommitErrors() {}

  /**
   * Whether the transaction may be committed in spite of the error.
   *
   * <p>Certainly rolled back are those that the server refused for a reason of their own: a
   * conflict (40001), a limit (54000), a violated constraint (class 23). Aurora DSQL's XX000 {@code
   * server unavailable} says nothing about the transaction ("Troubleshooting" in the Aurora DSQL
   * User Guide); the same goes for every internal error (class XX), connection error (08), system
   * error (58) and for a server that is being stopped (57P). What is not known to be certain counts
   * as unknown.
   */
  public static boolean leaveOutcomeUnknown(ServerError error) {
    String sqlState = error.sqlState();
    return sqlState.length() != 5
        || sqlState.startsWith("XX")
        || sqlState.startsWith("08")
        || sqlState.startsWith("57P")
        || sqlState.startsWith("58");
  }
}
