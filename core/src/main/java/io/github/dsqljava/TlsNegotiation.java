package io.github.dsqljava;

/**
 * How TLS begins. It is always on and always verified; this only says which bytes come first.
 *
 * <pre>{@code
 * DsqlConfig.builder().endpoint(host).tlsNegotiation(TlsNegotiation.SSL_REQUEST).build();
 * }</pre>
 */
public enum TlsNegotiation {
  /**
   * The TLS handshake at once, with ALPN {@code postgresql}: one round trip less. The default, as
   * in the official connectors that can do it.
   */
  DIRECT("direct"),
  /** PostgreSQL's SSLRequest message first, for servers and middle boxes that know nothing else. */
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
