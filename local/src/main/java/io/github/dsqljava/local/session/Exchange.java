package io.github.dsqljava.local.session;

import io.github.dsqljava.local.protocol.TransactionStatus;
import io.netty.buffer.ByteBuf;

/** What PostgreSQL answers up to one ReadyForQuery. Buffers become the exchange's to release. */
interface Exchange {
  /** Whether a message of this type is wanted by itself. */
  boolean wants(byte type);

  void message(byte type, ByteBuf message);

  void bytes(ByteBuf run);

  void ready(TransactionStatus status);

  /** The session is over. */
  void abandon();
}
