package io.github.dsqljava.spring.boot;

import org.jspecify.annotations.Nullable;

/** A property is missing, malformed or contradicts another one. */
final class InvalidDsqlPropertyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String action;

  /**
   * @param property its whole name
   * @param problem a sentence
   * @param action the remedy, a sentence
   */
  InvalidDsqlPropertyException(
      String property, String problem, String action, @Nullable Throwable cause) {
    super("Property " + property + ": " + problem, cause);
    this.action = action;
  }

  String action() {
    return action;
  }
}
