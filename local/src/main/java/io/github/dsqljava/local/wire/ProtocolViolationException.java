package io.github.dsqljava.local.wire;

import io.netty.handler.codec.DecoderException;

/** Bytes that are no PostgreSQL protocol, or more of it than a limit allows. */
final class ProtocolViolationException extends DecoderException {
  private static final long serialVersionUID = 1L;

  ProtocolViolationException(String message) {
    super(message);
  }
}
