package io.github.dsqljava.local.session;

import io.github.dsqljava.local.protocol.Reading;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;

/**
 * What a session has around it: PostgreSQL on one side, the client on the other, and the event loop
 * that both live on. Used on that event loop only, but for {@link #execute}.
 */
interface Backend {
  ByteBufAllocator allocator();

  /** Writes to PostgreSQL; takes ownership of the buffer. */
  void write(ByteBuf message);

  /** Sends to PostgreSQL what was written. */
  void flush();

  /** Writes to the client; takes ownership of the buffer. */
  void toClient(ByteBuf message);

  /** Sends to the client what was written, although PostgreSQL has said nothing. */
  void flushClient();

  /** Ends the client's connection like a network does, behind all that was written to it. */
  void cutClient();

  /** Says whether more is to be read from the client. */
  void readClient(boolean more);

  /**
   * Somebody waits for locks of the session, so that PostgreSQL's answers have to be read also
   * while the client reads nothing.
   */
  void read(Reading what);

  /** Runs a task on the event loop. Any thread. */
  void execute(Runnable task);

  /** Runs a task on the event loop after a time. */
  void schedule(Runnable task, Duration delay);
}
