package io.github.dsqljava.local.session;

import io.github.dsqljava.local.protocol.TransactionStatus;
import io.netty.buffer.ByteBuf;

/** Receives PostgreSQL's messages up to one ReadyForQuery. The exchange releases the buffers. */
interface Exchange {
  /** Whether a message of this type is to come whole, by itself. */
  boolean wants(byte type);

  void message(byte type, ByteBuf message);

  void bytes(ByteBuf run);

  void ready(TransactionStatus status);

  /** The session is over. */
  void abandon();
}
