package io.github.dsqljava.vertx.internal;

/** The status of a session, by the server's last ReadyForQuery. */
enum SessionStatus {
  /** In no transaction block: a statement commits on its own. */
  IDLE,
  /** In a transaction block. */
  IN_TRANSACTION,
  /**
   * Only a rollback helps: in a failed transaction block, or after a guarded BEGIN that failed
   * ({@link SessionWire#guardNextBegin()}).
   */
  FAILED;

  /** The status in a ReadyForQuery. */
  static SessionStatus of(byte code) {
    return switch (code) {
      case 'I' -> IDLE;
      case 'T' -> IN_TRANSACTION;
      default -> FAILED;
    };
  }
}
