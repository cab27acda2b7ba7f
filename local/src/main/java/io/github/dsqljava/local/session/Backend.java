package io.github.dsqljava.local.session;

import io.github.dsqljava.local.protocol.Reading;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;

/**
 * The surroundings of a session: PostgreSQL on one side, the client on the other, and the event
 * loop of both. Used on that event loop only, except for {@link #execute}.
 */
interface Backend {
  ByteBufAllocator allocator();

  /** Writes to PostgreSQL; takes ownership of the buffer. */
  void write(ByteBuf message);

  /** Sends to PostgreSQL what was written. */
  void flush();

  /** Writes to the client; takes ownership of the buffer. */
  void toClient(ByteBuf message);

  /** Flushes the messages for the client, although PostgreSQL has sent nothing. */
  void flushClient();

  /** Cuts the client's connection as a network failure does, after all that was written to it. */
  void cutClient();

  /** Sets whether to read more from the client. */
  void readClient(boolean more);

  /**
   * Another session waits for locks of this one, so PostgreSQL's answers have to be read even while
   * the client reads nothing.
   */
  void read(Reading what);

  /** Runs a task on the event loop. Any thread. */
  void execute(Runnable task);

  /** Runs a task on the event loop after a time. */
  void schedule(Runnable task, Duration delay);
}
