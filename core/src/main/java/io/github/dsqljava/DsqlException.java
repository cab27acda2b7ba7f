package io.github.dsqljava;

import org.jspecify.annotations.Nullable;

/**
 * Base of all exceptions of the connector itself. Each subclass stands for one kind of failure with
 * its own remedy. The message tells what happened, where, and what to do.
 *
 * <pre>{@code
 * connector.connect().onFailure(failure -> {
 *   if (failure instanceof AccessDeniedException denied) {
 *     log(denied.getMessage());
 *   }
 * });
 * }</pre>
 *
 * <p>Only this package has subclasses. The class is not sealed nevertheless, because a new subclass
 * would break code that lists all of them in a {@code switch}.
 *
 * <p>Errors of single SQL statements are not of this type; they stay the driver's exceptions. No
 * message contains a token, a secret key or a password.
 */
public abstract class DsqlException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  DsqlException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Returns the message of a cause, to put inside another message; its type if it has none. */
  static String text(Throwable cause) {
    String message = cause.getMessage();
    if (message == null || message.isBlank()) {
      return cause.getClass().getName();
    }
    return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
  }
}
