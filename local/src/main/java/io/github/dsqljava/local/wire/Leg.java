package io.github.dsqljava.local.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * One direction of a logged-in connection: what this channel receives is written to the other one,
 * which is read only as fast as this one takes what it is given.
 */
// A failed write closes its channel, and channelInactive sees that.
@SuppressWarnings("FutureReturnValueIgnored")
abstract class Leg extends ChannelInboundHandlerAdapter implements MessageSplitter.Sink {
  /** The channel on the other side. */
  final Channel peer;

  final ByteBufAllocator allocator;
  final Conversation session;
  final MessageSplitter splitter;

  Leg(Channel peer, ByteBufAllocator allocator, Conversation session, int maxMessageLength) {
    this.peer = peer;
    this.allocator = allocator;
    this.session = session;
    this.splitter = new MessageSplitter(allocator, maxMessageLength, this);
  }

  @Override
  public final void channelRead(ChannelHandlerContext context, Object message) {
    splitter.feed((ByteBuf) message);
  }

  @Override
  public final void channelReadComplete(ChannelHandlerContext context) {
    peer.flush();
  }

  @Override
  public void bytes(ByteBuf run) {
    peer.write(run);
  }

  @Override
  public final void channelWritabilityChanged(ChannelHandlerContext context) {
    peer.config().setAutoRead(context.channel().isWritable() && peerMayBeRead());
    context.fireChannelWritabilityChanged();
  }

  /** Whether nothing but a full buffer of this channel keeps the other one from being read. */
  boolean peerMayBeRead() {
    return true;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    splitter.release();
  }
}
