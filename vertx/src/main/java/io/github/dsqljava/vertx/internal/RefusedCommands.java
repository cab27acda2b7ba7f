package io.github.dsqljava.vertx.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/**
 * Commands that are not sent, because the BEGIN before them failed, and the answers to them that
 * the codec gets instead of the server's.
 */
final class RefusedCommands {

  private static final String SQL_STATE = "25P01"; // no_active_sql_transaction

  private static final String MESSAGE =
      "The statement was not executed, because the BEGIN before it failed and without a transaction"
          + " it would have been committed at once. See the failure of BEGIN, then roll back or close"
          + " the connection";

  private final ChannelHandlerContext ctx;
  private int unanswered;

  RefusedCommands(ChannelHandlerContext ctx) {
    this.ctx = ctx;
  }

  static void writeError(ByteBuf out) {
    PgMessages.writeError(out, SQL_STATE, MESSAGE);
  }

  /** Takes a command, to be answered in a turn of its own: the codec is still busy writing. */
  void add(ByteBuf command, ChannelPromise promise) {
    command.release();
    promise.trySuccess();
    unanswered++;
    if (unanswered == 1) {
      ctx.executor().execute(this::answerLater);
    }
  }

  private void answerLater() {
    if (unanswered > 0) {
      answer();
      ctx.fireChannelReadComplete(); // the driver then sends what it has kept back
    }
  }

  /** Gives the answers that are due. Nothing that the server sends may overtake them. */
  void answer() {
    if (unanswered == 0) {
      return;
    }
    ByteBuf answers = ctx.alloc().buffer();
    for (; unanswered > 0; unanswered--) {
      writeError(answers);
      PgMessages.writeReadyForQuery(answers, (byte) 'I');
    }
    ctx.fireChannelRead(answers);
  }

  /** Answers none of them any more. */
  void drop() {
    unanswered = 0;
  }
}
