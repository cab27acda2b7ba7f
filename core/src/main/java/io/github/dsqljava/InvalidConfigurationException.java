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
   * @param message which setting, what is wrong with it, and what to write instead
   */
  public InvalidConfigurationException(String message) {
    this(message, null);
  }

  /**
   * Creates an exception with a cause.
   *
   * @param message which setting, what is wrong with it, and what to write instead
   * @param cause what was thrown while the setting was read, or null
   */
  public InvalidConfigurationException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
