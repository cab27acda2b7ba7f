package io.github.dsqljava.local.protocol;

import io.netty.handler.codec.DecoderException;

/** Bytes that are no PostgreSQL protocol, or more of it than a limit allows. */
public final class ProtocolViolationException extends DecoderException {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong. */
  public ProtocolViolationException(String message) {
    super(message);
  }
}
