package io.github.dsqljava.r2dbc.wire;

import io.netty.channel.ChannelHandlerContext;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection whose server is silent for too long while it owes an answer. What nobody reads,
 * because a subscriber asks for no rows, is not the server's fault and does not count.
 *
 * <p>Belongs to the connection's event loop.
 */
final class AnswerWatch {
  private final ChannelHandlerContext context;
  private final Duration limit;
  private final BooleanSupplier owes;
  private final Runnable giveUp;
  private @Nullable ScheduledFuture<?> timer;

  /** Since when the client waits for the next bytes; of meaning while it does. */
  private long since;

  private boolean reading;

  /**
   * @param owes whether an answer is still to come
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

  /** Something was sent that is answered. */
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

  /** Something has come. */
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
      return; // what is sent next sets it again
    }
    Duration left = reading ? limit.minusNanos(System.nanoTime() - since) : limit;
    if (left.isNegative() || left.isZero()) {
      giveUp.run();
    } else {
      wakeIn(left);
    }
  }
}
