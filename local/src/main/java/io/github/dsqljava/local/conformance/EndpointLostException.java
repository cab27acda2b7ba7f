package io.github.dsqljava.local.conformance;

import java.io.IOException;

/** The endpoint does not answer, or answers no more. */
final class EndpointLostException extends IOException {
  private static final long serialVersionUID = 1L;

  EndpointLostException(Endpoint endpoint, IOException cause) {
    super("no connection to " + endpoint + ": " + cause.getMessage(), cause);
  }
}
