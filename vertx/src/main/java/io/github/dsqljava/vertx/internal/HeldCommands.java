package io.github.dsqljava.vertx.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPromise;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.BiConsumer;

/** Commands of the codec that wait, in order, for the answer to a {@link BeginGroup}. */
final class HeldCommands {

  private record Held(ByteBuf command, ChannelPromise promise) {}

  private final ArrayDeque<Held> waiting = new ArrayDeque<>();

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  void add(ByteBuf command, ChannelPromise promise) {
    waiting.add(new Held(command, promise));
  }

  /** Sends the commands that wait now; some may return to wait again. */
  void sendTo(BiConsumer<ByteBuf, ChannelPromise> wire) {
    List<Held> now = List.copyOf(waiting);
    waiting.clear();
    now.forEach(held -> wire.accept(held.command(), held.promise()));
  }

  /** Sends none of them; the codec fails them when the channel is closed. */
  void drop() {
    for (Held held = waiting.poll(); held != null; held = waiting.poll()) {
      held.command().release();
      // A void promise would fire the failure into the pipeline.
      if (!held.promise().isVoid()) {
        held.promise().tryFailure(new ClosedChannelException());
      }
    }
  }
}
