package io.github.dsqljava.local.conformance.wire;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Sends the secret in the form that the server asks for. The service asks for clear text within
 * TLS, a PostgreSQL mostly for SCRAM-SHA-256.
 */
final class Authentication {
  private static final int OK = 0;
  private static final int CLEARTEXT = 3;
  private static final int SASL = 10;

  private Authentication() {}

  /** Answers authentication requests until the server accepts the login. */
  static void answer(WireClient client, WireMessage request, String secret) throws IOException {
    int kind = request.type() == 'R' ? ByteBuffer.wrap(request.body()).getInt() : -1;
    switch (kind) {
      case OK -> {
        return;
      }
      case CLEARTEXT -> client.sendText('p', secret);
      case SASL -> new Scram(secret).run(client);
      default ->
          throw new IOException(
              "the server asks for authentication " + kind + ", which this client does not know");
    }
    WireMessage verdict = client.read();
    if (verdict.type() == 'E') {
      throw new LoginRefusedException(verdict);
    }
  }
}
