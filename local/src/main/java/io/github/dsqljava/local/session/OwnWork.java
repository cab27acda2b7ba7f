package io.github.dsqljava.local.session;

import io.github.dsqljava.local.occ.Interruption.Leave;
import io.github.dsqljava.local.protocol.Answer;
import io.github.dsqljava.local.protocol.Call;
import io.github.dsqljava.local.protocol.OwnScript;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import java.util.function.Consumer;

/**
 * The statements that a session itself runs, while the client's groups wait.
 *
 * <p>The work is under way from the first question to the end of the last continuation: a
 * continuation that asks no further question ends it. So no caller has to report the end, and none
 * can forget to. Belongs to an event loop.
 */
final class OwnWork {
  private final Exchanges exchanges;
  private final ByteBufAllocator allocator;
  private final OwnScript script;
  private final Runnable over;

  /** The number of open questions and of running continuations. */
  private int open;

  /**
   * @param over called when the work is over
   */
  OwnWork(Exchanges exchanges, ByteBufAllocator allocator, OwnScript script, Runnable over) {
    this.exchanges = exchanges;
    this.allocator = allocator;
    this.script = script;
    this.over = over;
  }

  boolean isUnderWay() {
    return open > 0;
  }

  /** Runs statements, one after the other until one fails. */
  void ask(Leave leave, Consumer<Answer> then, String... statements) {
    ask(leave, then, script.encode(allocator, statements));
  }

  /** The same with parameters. */
  void ask(Leave leave, Consumer<Answer> then, List<Call> calls) {
    ask(leave, then, script.encode(allocator, calls));
  }

  /** Runs a script that ends with a Sync. */
  void ask(Leave leave, Consumer<Answer> then, ByteBuf encoded) {
    open++;
    exchanges.interruption().started(leave);
    exchanges.ask(answer -> take(answer, then), encoded);
  }

  private void take(Answer answer, Consumer<Answer> then) {
    try {
      then.accept(answer);
    } finally {
      open--;
      if (open == 0) {
        over.run();
      }
    }
  }

  /** Sends statements ahead of a group without waiting: if one fails, so does the group. */
  void sendAhead(String... statements) {
    sendAhead(script.encode(allocator, statements));
  }

  /** The same with a script that ends with a Sync. */
  void sendAhead(ByteBuf encoded) {
    exchanges.ask(unused -> {}, encoded);
  }
}
