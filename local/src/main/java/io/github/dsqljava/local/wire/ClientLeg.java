package io.github.dsqljava.local.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/**
 * From a logged-in client to PostgreSQL. Query and Parse messages pass through the rewriting, all
 * others unseen.
 */
// A failed write closes its channel, and channelInactive sees that.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientLeg extends Leg {
  private static final System.Logger LOG = System.getLogger(ClientLeg.class.getName());

  /** Aurora DSQL limits, as observed by AWS staff: a larger message closes the connection. */
  static final int MAX_MESSAGE_LENGTH = 10 * 1024 * 1024;

  private static final byte QUERY = 'Q';
  private static final byte PARSE = 'P';
  private static final byte TERMINATE = 'X';
  private static final int HEADER = 5;

  private final BackendLeg backendLeg;
  private final UnaryOperator<String> rewriting;

  ClientLeg(
      Channel backend,
      BackendLeg backendLeg,
      ByteBufAllocator allocator,
      UnaryOperator<String> rewriting) {
    super(backend, allocator, MAX_MESSAGE_LENGTH);
    this.backendLeg = backendLeg;
    this.rewriting = rewriting;
  }

  @Override
  public boolean wants(byte type) {
    return type == QUERY || type == PARSE || type == TERMINATE;
  }

  @Override
  public void message(byte type, ByteBuf message) {
    if (type == TERMINATE) {
      backendLeg.expectEnd();
      peer.write(message);
      return;
    }
    int start = message.readerIndex() + HEADER;
    if (type == PARSE) {
      // The name of the statement stands before its SQL.
      int name = message.bytesBefore(start, message.writerIndex() - start, (byte) 0);
      start = name < 0 ? message.writerIndex() : start + name + 1;
    }
    int length = message.bytesBefore(start, message.writerIndex() - start, (byte) 0);
    if (length < 0) {
      peer.write(message); // malformed: PostgreSQL says so itself
      return;
    }
    // One character a byte, whatever the client's encoding: nothing is lost on the way back.
    String sql = message.toString(start, length, StandardCharsets.ISO_8859_1);
    try {
      String rewritten = rewriting.apply(sql);
      peer.write(
          rewritten.equals(sql) ? message.retain() : replace(message, start, length, rewritten));
    } finally {
      message.release();
    }
  }

  private ByteBuf replace(ByteBuf message, int start, int length, String sql) {
    ByteBuf out = allocator.buffer(message.readableBytes() + sql.length() - length);
    out.writeBytes(message, message.readerIndex(), start - message.readerIndex());
    out.writeCharSequence(sql, StandardCharsets.ISO_8859_1);
    int rest = start + length;
    out.writeBytes(message, rest, message.writerIndex() - rest);
    return out.setInt(1, out.writerIndex() - 1);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    peer.close();
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // A lost connection is a client's business; anything else is a fault of ours.
    boolean expected = cause instanceof IOException || cause instanceof DecoderException;
    LOG.log(
        expected ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
        "client connection ends",
        cause);
    context.close();
  }
}
