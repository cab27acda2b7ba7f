package io.github.dsqljava.spi;

import io.github.dsqljava.ServerError;
import java.util.Set;

/** Judges errors that answer a COMMIT: whether the transaction is certainly rolled back. */
public final class CommitErrors {
  /**
   * Classes of errors with which a server refuses to commit: data and constraints (21, 22, 23, 44),
   * state of the transaction (25, 2B, 2D), conflicts (40, and OC in its place), missing, forbidden
   * or unsupported things (0A, 26, 34, 3D, 3F, 42), resources and limits (53, 54, 55), an error
   * raised by a function (P0).
   */
  private static final Set<String> REFUSALS =
      Set.of(
          "0A", "21", "22", "23", "25", "26", "2B", "2D", "34", "3D", "3F", "40", "42", "44", "53",
          "54", "55", "OC", "P0");

  private static final String STATEMENT_COMPLETION_UNKNOWN = "40003";
  private static final String QUERY_CANCELED = "57014";

  private CommitErrors() {}

  /**
   * Whether the transaction may be committed in spite of the error.
   *
   * <p>A transaction is certainly rolled back if the server refused it for a known reason: a
   * conflict (40001), a limit (54000), a violated constraint (class 23). Aurora DSQL's XX000 {@code
   * server unavailable} tells nothing about the transaction ("Troubleshooting" in the Aurora DSQL
   * User Guide). Neither do other internal errors (class XX), connection errors (08), system errors
   * (58) and a server that is being stopped (57P). Every other error leaves the outcome unknown.
   */
  public static boolean leaveOutcomeUnknown(ServerError error) {
    String sqlState = error.sqlState();
    if (sqlState.length() != 5 || sqlState.equals(STATEMENT_COMPLETION_UNKNOWN)) {
      return true;
    }
    return !REFUSALS.contains(sqlState.substring(0, 2)) && !sqlState.equals(QUERY_CANCELED);
  }
}
