package io.github.dsqljava.vertx.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;

/**
 * A BEGIN and the commands written right after it, as one group with one Sync: if one of them
 * fails, the server skips the rest. So no command can run after a failed BEGIN.
 */
final class BeginGroup {

  private final ByteBuf out;
  private final List<ChannelPromise> promises = new ArrayList<>();
  private final GroupReplies replies = new GroupReplies();
  private boolean sent;

  /** The number of ReadyForQuery that belong to commands sent before this group. */
  private int before;

  /**
   * A group of a BEGIN alone.
   *
   * @param begin a Query; the caller keeps its ownership
   */
  BeginGroup(ChannelHandlerContext ctx, ByteBuf begin, ChannelPromise promise) {
    out = ctx.alloc().buffer(Math.max(256, 2 * begin.readableBytes()));
    PgMessages.writeParse(out, begin);
    PgMessages.writeBind(out);
    PgMessages.writeExecute(out);
    promises.add(promise);
  }

  /**
   * Takes a command into the group, if that does not change its behaviour and the group is not sent
   * yet.
   *
   * @param command all messages up to a Sync, or a Query; the caller keeps its ownership
   */
  boolean add(ByteBuf command, ChannelPromise promise) {
    if (sent) {
      return false;
    }
    boolean taken =
        command.getByte(command.readerIndex()) == PgMessages.QUERY
            ? addQuery(command)
            : addExtended(command);
    if (taken) {
      promises.add(promise);
    }
    return taken;
  }

  private boolean addQuery(ByteBuf query) {
    if (!QueryText.canBeGrouped(query)) {
      return false;
    }
    PgMessages.writeParse(out, query);
    PgMessages.writeBind(out);
    PgMessages.writeDescribePortal(out);
    PgMessages.writeExecute(out);
    replies.expectQuery();
    return true;
  }

  private boolean addExtended(ByteBuf command) {
    if (!isExtended(command)) {
      return false;
    }
    int end = command.writerIndex();
    for (int at = command.readerIndex(); at < end; at += (int) PgMessages.length(command, at)) {
      byte type = command.getByte(at);
      replies.expect(
          type, type == PgMessages.DESCRIBE ? command.getByte(at + PgMessages.HEADER) : 0);
    }
    int length = command.readableBytes() - PgMessages.SYNC_LENGTH;
    out.writeBytes(command, command.readerIndex(), length);
    return true;
  }

  private static boolean isExtended(ByteBuf command) {
    int end = command.writerIndex();
    byte type = 0;
    for (int at = command.readerIndex(); at < end; at += (int) PgMessages.length(command, at)) {
      type = command.getByte(at);
      switch (type) {
        case PgMessages.PARSE,
            PgMessages.BIND,
            PgMessages.DESCRIBE,
            PgMessages.EXECUTE,
            PgMessages.CLOSE,
            PgMessages.SYNC -> {}
        default -> {
          return false;
        }
      }
    }
    return type == PgMessages.SYNC;
  }

  /**
   * Sends the group with its Sync.
   *
   * @param awaited the number of ReadyForQuery due for earlier commands
   */
  void send(ChannelHandlerContext ctx, int awaited) {
    sent = true;
    before = awaited;
    PgMessages.writeSync(out);
    // As with the codec's own promises, a failed write is an exception in the pipeline.
    ChannelPromise written = ctx.voidPromise().unvoid();
    List<ChannelPromise> waiting = promises.stream().filter(promise -> !promise.isVoid()).toList();
    if (!waiting.isEmpty()) {
      written.addListener(
          result ->
              waiting.forEach(
                  promise -> {
                    if (result.isSuccess()) {
                      promise.trySuccess();
                    } else {
                      promise.tryFailure(result.cause());
                    }
                  }));
    }
    var unused = ctx.writeAndFlush(out, written);
  }

  boolean isSent() {
    return sent;
  }

  /** Whether the server's current messages answer this group, and not earlier commands. */
  boolean isAnswered() {
    return sent && before == 0;
  }

  /** Notes a ReadyForQuery for an earlier command. */
  void oneBeforeIsReady() {
    before--;
  }

  GroupReplies replies() {
    return replies;
  }

  /** Drops a group that was not sent. */
  void release() {
    if (!sent) {
      sent = true;
      out.release();
      promises.stream()
          .filter(promise -> !promise.isVoid())
          .forEach(promise -> promise.tryFailure(new ClosedChannelException()));
    }
  }
}
