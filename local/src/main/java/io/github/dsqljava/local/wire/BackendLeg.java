package io.github.dsqljava.local.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;

/**
 * From PostgreSQL to a logged-in client. Only errors are looked at: those raised by the system
 * procedures that stand in for Aurora DSQL's own statements lose the trace of where they come from.
 */
// A failed write closes its channel, and channelInactive sees that.
@SuppressWarnings("FutureReturnValueIgnored")
final class BackendLeg extends Leg {
  private static final System.Logger LOG = System.getLogger(BackendLeg.class.getName());
  private static final char CONTEXT_FIELD = 'W';

  private boolean endIsExpected;

  BackendLeg(Channel client, ByteBufAllocator allocator) {
    super(client, allocator, Integer.MAX_VALUE);
  }

  /** The client has said goodbye, so PostgreSQL will close. */
  void expectEnd() {
    endIsExpected = true;
  }

  @Override
  public boolean wants(byte type) {
    return type == ErrorMessage.TYPE;
  }

  @Override
  public void message(byte type, ByteBuf message) {
    ErrorMessage error = ErrorMessage.decode(message);
    endIsExpected |= error.isFatal();
    if (!comesFromSystemProcedure(error)) {
      peer.write(message);
      return;
    }
    message.release();
    peer.write(error.without(CONTEXT_FIELD).encode(allocator));
  }

  private static boolean comesFromSystemProcedure(ErrorMessage error) {
    String context = error.field(CONTEXT_FIELD);
    return context.contains("PL/pgSQL function sys.")
        || context.contains("PL/pgSQL function dsql_internal.")
        || context.contains("PL/pgSQL function set_config(");
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    ByteBuf lastWords =
        endIsExpected ? Unpooled.EMPTY_BUFFER : Refusals.backendLost().encode(allocator);
    peer.writeAndFlush(lastWords).addListener(ChannelFutureListener.CLOSE);
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.log(System.Logger.Level.DEBUG, "PostgreSQL session ends", cause);
    context.close();
  }
}
