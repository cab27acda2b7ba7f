package io.github.dsqljava.vertx;

/**
 * The way in which a connector's connections begin TLS. In every mode the certificate and its name
 * are verified (verify-full) and the server name is sent (SNI).
 *
 * <pre>{@code
 * if (connector.tlsMode() == TlsMode.SSL_REQUEST_FALLBACK) {
 *   log("one round trip more per connection than necessary");
 * }
 * }</pre>
 */
public enum TlsMode {
  /** TLS at once, with ALPN {@code postgresql}. */
  DIRECT("direct TLS"),
  /** TLS after an SSLRequest, as configured. */
  SSL_REQUEST("TLS after SSLRequest"),
  /**
   * TLS after an SSLRequest, although the configuration asks for direct TLS, which the Vert.x on
   * the class or module path does not support.
   */
  SSL_REQUEST_FALLBACK("TLS after SSLRequest (this Vert.x cannot do direct TLS)");

  private final String text;

  TlsMode(String text) {
    this.text = text;
  }

  /** The mode in words. */
  @Override
  public String toString() {
    return text;
  }
}
