package io.github.dsqljava.local.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * From PostgreSQL to a logged-in client. Only errors are looked at: those raised by the system
 * procedures that stand in for Aurora DSQL's own statements lose the trace of where they come from.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a failed write closes its channel; channelInactive sees that
final class BackendLeg extends ChannelInboundHandlerAdapter implements MessageSplitter.Sink {
  private static final System.Logger LOG = System.getLogger(BackendLeg.class.getName());
  private static final char CONTEXT_FIELD = 'W';

  private final Channel client;
  private final ByteBufAllocator allocator;
  private final MessageSplitter splitter;
  private boolean endIsExpected;

  BackendLeg(Channel client, ByteBufAllocator allocator) {
    this.client = client;
    this.allocator = allocator;
    this.splitter = new MessageSplitter(allocator, Integer.MAX_VALUE, this);
  }

  /** The client has said goodbye, so PostgreSQL will close. */
  void expectEnd() {
    endIsExpected = true;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    splitter.feed((ByteBuf) message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    client.flush();
  }

  @Override
  public boolean wants(byte type) {
    return type == ErrorMessage.TYPE;
  }

  @Override
  public void bytes(ByteBuf run) {
    client.write(run);
  }

  @Override
  public void message(byte type, ByteBuf message) {
    ErrorMessage error = ErrorMessage.decode(message);
    endIsExpected |= error.isFatal();
    if (!comesFromSystemProcedure(error)) {
      client.write(message);
      return;
    }
    message.release();
    client.write(error.without(CONTEXT_FIELD).encode(allocator));
  }

  private static boolean comesFromSystemProcedure(ErrorMessage error) {
    String context = error.field(CONTEXT_FIELD);
    return context.contains("PL/pgSQL function sys.")
        || context.contains("PL/pgSQL function dsql_internal.")
        || context.contains("PL/pgSQL function set_config(");
  }

  /** The client is read only while PostgreSQL takes what it sends. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    client.config().setAutoRead(context.channel().isWritable());
    context.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    ByteBuf lastWords =
        endIsExpected ? Unpooled.EMPTY_BUFFER : Refusals.backendLost().encode(allocator);
    client.writeAndFlush(lastWords).addListener(ChannelFutureListener.CLOSE);
    context.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    splitter.release();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.log(System.Logger.Level.DEBUG, "PostgreSQL session ends", cause);
    context.close();
  }
}
