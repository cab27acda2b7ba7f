package io.github.dsqljava.local.protocol;

import io.netty.handler.codec.DecoderException;

/** Bytes that do not follow PostgreSQL's protocol, or a message beyond a limit. */
public final class ProtocolViolationException extends DecoderException {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong. */
  public ProtocolViolationException(String message) {
    super(message);
  }
}
