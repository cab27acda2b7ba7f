package io.github.dsqljava;

/**
 * The way in which TLS begins. It is always on and always verified; this only selects the first
 * bytes.
 *
 * <pre>{@code
 * DsqlConfig.builder().endpoint(host).tlsNegotiation(TlsNegotiation.SSL_REQUEST).build();
 * }</pre>
 */
public enum TlsNegotiation {
  /**
   * The TLS handshake at once, with ALPN {@code postgresql}: one round trip less. The default, as
   * in those official connectors that support it.
   */
  DIRECT("direct"),
  /** PostgreSQL's SSLRequest message first, for servers and middleboxes that support only that. */
  SSL_REQUEST("sslrequest");

  private final String text;

  TlsNegotiation(String text) {
    this.text = text;
  }

  /** The value of the URL key {@code tlsNegotiation}. */
  @Override
  public String toString() {
    return text;
  }
}
