package io.github.dsqljava.local.frontend;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * One direction of a logged-in connection: writes the bytes that this channel receives to the peer.
 * Reads the peer only as fast as this channel takes its bytes; {@link AnswerPace} is the exception.
 * Knows bytes, not messages.
 */
// A failed write closes its channel, and channelInactive sees that.
@SuppressWarnings("FutureReturnValueIgnored")
abstract class Leg extends ChannelInboundHandlerAdapter {
  /** The channel on the other side. */
  final Channel peer;

  Leg(Channel peer) {
    this.peer = peer;
  }

  @Override
  public final void channelRead(ChannelHandlerContext context, Object bytes) {
    peer.write(bytes);
  }

  @Override
  public final void channelReadComplete(ChannelHandlerContext context) {
    peer.flush();
    written();
  }

  @Override
  public final void channelWritabilityChanged(ChannelHandlerContext context) {
    takes(context.channel().isWritable());
    context.fireChannelWritabilityChanged();
  }

  /** The peer has been given all that this channel has received. */
  abstract void written();

  /** This channel takes more from the peer, or does not. */
  abstract void takes(boolean more);
}
