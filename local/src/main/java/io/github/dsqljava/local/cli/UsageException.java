package io.github.dsqljava.local.cli;

/** The command line cannot be understood; the message says which part. */
final class UsageException extends Exception {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
