package io.github.dsqljava.r2dbc.wire;

import io.netty.channel.ChannelHandlerContext;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection whose server is silent for too long while it owes an answer. Time in which the
 * client does not read, because a subscriber requests no rows, does not count.
 *
 * <p>Belongs to the connection's event loop.
 */
final class AnswerWatch {
  private final ChannelHandlerContext context;
  private final Duration limit;
  private final BooleanSupplier owes;
  private final Runnable giveUp;
  private @Nullable ScheduledFuture<?> timer;

  /** The time at which the client began to wait for the next bytes; valid while it waits. */
  private long since;

  private boolean reading;

  /**
   * @param owes whether an answer is outstanding
   * @param giveUp ends the connection
   */
  AnswerWatch(
      ChannelHandlerContext context, Duration limit, BooleanSupplier owes, Runnable giveUp) {
    this.context = context;
    this.limit = limit;
    this.owes = owes;
    this.giveUp = giveUp;
    this.since = System.nanoTime();
    this.reading = true;
  }

  Duration limit() {
    return limit;
  }

  /** The client has sent a message that the server answers. */
  void sent() {
    if (timer == null) {
      since = System.nanoTime();
      wakeIn(limit);
    }
  }

  /** The client wants to read on. */
  void wantsToRead() {
    if (!reading) {
      reading = true;
      since = System.nanoTime();
    }
  }

  /** Bytes of the server have arrived. */
  void received() {
    reading = false;
  }

  /** The connection has ended. */
  void stop() {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  private void wakeIn(Duration time) {
    timer = context.executor().schedule(this::look, time.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void look() {
    timer = null;
    if (!owes.getAsBoolean()) {
      return; // the next message sent sets it again
    }
    Duration left = reading ? limit.minusNanos(System.nanoTime() - since) : limit;
    if (left.isNegative() || left.isZero()) {
      giveUp.run();
    } else {
      wakeIn(left);
    }
  }
}
