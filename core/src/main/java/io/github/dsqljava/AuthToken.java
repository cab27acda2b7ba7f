package io.github.dsqljava;

import java.time.Instant;

/**
 * A signed login token: the password for new connections until it expires.
 *
 * <pre>{@code
 * tokens.token().thenAccept(token -> driver.setPassword(token.value()));
 * }</pre>
 *
 * <p>{@link #toString()} does not show the value.
 *
 * @param value the password to send; a secret
 * @param expiresAt the time from which the service refuses it for new connections; open connections
 *     continue
 */
public record AuthToken(String value, Instant expiresAt) {

  /** Its expiry, without the value. */
  @Override
  public String toString() {
    return "AuthToken[expiresAt=" + expiresAt + "]";
  }
}
