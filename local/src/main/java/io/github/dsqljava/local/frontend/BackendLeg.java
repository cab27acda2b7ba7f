package io.github.dsqljava.local.frontend;

import io.github.dsqljava.local.protocol.ClientEnd;
import io.github.dsqljava.local.protocol.Reading;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;

/**
 * The direction from a session to its client. Ends the client's connection on the session's
 * request.
 */
// A failed write closes its channel, and channelInactive sees that.
@SuppressWarnings("FutureReturnValueIgnored")
final class BackendLeg extends Leg {
  private static final System.Logger LOG = System.getLogger(BackendLeg.class.getName());

  private final AnswerPace pace;

  BackendLeg(Channel client, AnswerPace pace) {
    super(client);
    this.pace = pace;
  }

  @Override
  void written() {
    pace.written();
  }

  @Override
  void takes(boolean more) {
    peer.config().setAutoRead(more);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == ClientEnd.CUT) {
      // The client still gets all earlier answers.
      peer.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> Transports.close(peer));
    } else if (event == ClientEnd.CLOSED) {
      peer.close();
    } else if (event instanceof Reading what) {
      pace.read(what);
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    pace.closed();
    peer.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.log(System.Logger.Level.DEBUG, "PostgreSQL session ends", cause);
    context.close();
  }
}
