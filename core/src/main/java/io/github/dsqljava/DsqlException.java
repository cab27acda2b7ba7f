package io.github.dsqljava;

import org.jspecify.annotations.Nullable;

/**
 * Base of everything the connector itself throws. Each subclass stands for one kind of trouble with
 * its own remedy, and the message names what happened, where, and what to do.
 *
 * <pre>{@code
 * connector.connect().onFailure(failure -> {
 *   if (failure instanceof AccessDeniedException denied) {
 *     log(denied.getMessage());
 *   }
 * });
 * }</pre>
 *
 * <p>Only this package has subclasses. The class is not sealed all the same: new kinds of trouble
 * will come, and code that lists all of them in a {@code switch} would no longer compile.
 *
 * <p>Errors of single SQL statements are not of this type; they stay what the driver makes of them.
 * No message contains a token, a secret key or a password.
 */
public abstract class DsqlException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  DsqlException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** What a cause says, to stand inside another message; its type if it says nothing. */
  static String text(Throwable cause) {
    String message = cause.getMessage();
    if (message == null || message.isBlank()) {
      return cause.getClass().getName();
    }
    return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
  }
}
