package io.github.dsqljava;

import org.jspecify.annotations.Nullable;

/**
 * A setting is missing, malformed or contradicts another one. Thrown where the setting is given or
 * by {@link DsqlConfig.Builder#build()}, before anything is sent over the network.
 *
 * <pre>{@code
 * try {
 *   config = DsqlConfig.fromEnvironment();
 * } catch (InvalidConfigurationException e) {
 *   System.err.println(e.getMessage());
 * }
 * }</pre>
 */
public final class InvalidConfigurationException extends DsqlException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception without a cause.
   *
   * @param message the setting, its problem and the remedy
   */
  public InvalidConfigurationException(String message) {
    this(message, null);
  }

  /**
   * Creates an exception with a cause.
   *
   * @param message the setting, its problem and the remedy
   * @param cause the exception from reading the setting, or null
   */
  public InvalidConfigurationException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
