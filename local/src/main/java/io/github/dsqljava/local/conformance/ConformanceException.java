package io.github.dsqljava.local.conformance;

import java.io.IOException;

/** The kit cannot go on; the message says what to do. */
public final class ConformanceException extends IOException {
  private static final long serialVersionUID = 1L;

  ConformanceException(String message) {
    super(message);
  }

  ConformanceException(String message, Throwable cause) {
    super(message, cause);
  }
}
