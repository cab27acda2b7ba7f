package io.github.dsqljava.local.session;

import io.github.dsqljava.local.protocol.TransactionStatus;
import io.netty.buffer.ByteBuf;

/** What PostgreSQL answers up to one ReadyForQuery. Buffers become the exchange's to release. */
interface Exchange {
  /** Whether every message is wanted by itself. */
  boolean wantsAll();

  void message(byte type, ByteBuf message);

  void bytes(ByteBuf run);

  void ready(TransactionStatus status);

  /** The session is over. */
  void abandon();
}
