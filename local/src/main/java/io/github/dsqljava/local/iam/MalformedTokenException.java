package io.github.dsqljava.local.iam;

/**
 * A password that is no connection token. Its message says where and how, and repeats nothing of
 * the password, which may be somebody's real one.
 */
final class MalformedTokenException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedTokenException(String message) {
    // No stack trace: this is an answer to a client, not a fault of the server.
    super(message, null, /* enableSuppression= */ false, /* writableStackTrace= */ false);
  }
}
