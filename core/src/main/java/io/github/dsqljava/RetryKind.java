package io.github.dsqljava;

import java.util.Optional;

/**
 * Why a transaction is worth another attempt. Except for {@link #UNKNOWN_COMMIT}, the failed one
 * has left nothing behind.
 */
public enum RetryKind {
  /** Another transaction changed the same rows and committed first (40001, OC000). */
  CONFLICT,
  /**
   * The session's view of the schema was out of date (40001, OC001), or a statement that was
   * prepared before does not fit the schema any more (0A000 {@code cached plan must not change
   * result type}, and what else shows it).
   */
  STALE_SCHEMA,
  /** The connection was lost, or the server unavailable, before COMMIT was sent. */
  CONNECTION,
  /**
   * The answer to COMMIT was lost: the transaction may have been committed. Only of a transaction
   * that was declared idempotent.
   */
  UNKNOWN_COMMIT;

  private static final String SERIALIZATION_FAILURE = "40001";

  /**
   * The kind of a server error, if it is one that leads to another attempt.
   *
   * <p>The SQLSTATE alone decides: 40001, or one of the codes OC000 and OC001 that some versions of
   * the documentation show in its place. The text only tells the two conflicts apart; a 40001 whose
   * text has neither mark, as PostgreSQL's own, is a {@link #CONFLICT}.
   */
  public static Optional<RetryKind> of(ServerError error) {
    return switch (error.sqlState()) {
      case SERIALIZATION_FAILURE ->
          Optional.of(error.message().contains("OC001") ? STALE_SCHEMA : CONFLICT);
      case "OC000" -> Optional.of(CONFLICT);
      case "OC001" -> Optional.of(STALE_SCHEMA);
      default -> Optional.empty();
    };
  }

  /**
   * Whether the error says that the server was unavailable for a moment, with the session still
   * there (XX000 {@code server unavailable}, "Troubleshooting" in the Aurora DSQL User Guide).
   * Before COMMIT this is as good as a lost connection.
   */
  public static boolean isServerUnavailable(ServerError error) {
    return error.sqlState().equals("XX000") && error.message().contains("server unavailable");
  }
}
