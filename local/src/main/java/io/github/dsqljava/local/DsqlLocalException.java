package io.github.dsqljava.local;

import org.jspecify.annotations.Nullable;

/**
 * A local cluster could not be started or stopped; the message says what was tried and what to do.
 */
public final class DsqlLocalException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DsqlLocalException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
