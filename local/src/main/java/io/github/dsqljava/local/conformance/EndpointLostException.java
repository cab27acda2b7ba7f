package io.github.dsqljava.local.conformance;

import java.io.IOException;

/** Nobody answers at the endpoint any more, or nobody ever did. */
final class EndpointLostException extends IOException {
  private static final long serialVersionUID = 1L;

  EndpointLostException(Endpoint endpoint, IOException cause) {
    super("no connection to " + endpoint + ": " + cause.getMessage(), cause);
  }
}
