package io.github.dsqljava.local;

/**
 * A local cluster could not be started or stopped; the message says what was tried and what to do.
 */
public final class DsqlLocalException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DsqlLocalException(String message, Throwable cause) {
    super(message, cause);
  }
}
