package io.github.dsqljava;

/**
 * The steps of opening a connection, in their order.
 *
 * <pre>{@code
 * boolean networkTrouble = unreachable.phase() == ConnectPhase.TCP;
 * }</pre>
 */
public enum ConnectPhase {
  /** Looking up the name and opening the TCP connection. */
  TCP("opening the TCP connection"),
  /** From the SSLRequest or the ClientHello to the end of the TLS handshake. */
  TLS("in the TLS handshake"),
  /** From the startup message to ReadyForQuery. */
  LOGIN("logging in"),
  /** One of the above; the driver does not report which. */
  UNKNOWN("connecting");

  private final String text;

  ConnectPhase(String text) {
    this.text = text;
  }

  /** The phase as a part of a sentence, for example {@code logging in}. */
  @Override
  public String toString() {
    return text;
  }
}
