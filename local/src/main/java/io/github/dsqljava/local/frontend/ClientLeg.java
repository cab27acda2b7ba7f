package io.github.dsqljava.local.frontend;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;

/** The direction from a logged-in client to its session. */
// A failed close has closed the channel before.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientLeg extends Leg {
  private static final System.Logger LOG = System.getLogger(ClientLeg.class.getName());

  private final AnswerPace pace;

  ClientLeg(Channel backend, AnswerPace pace) {
    super(backend);
    this.pace = pace;
  }

  @Override
  void written() {}

  @Override
  void takes(boolean more) {
    pace.clientTakes(more);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    peer.close();
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // A lost connection is normal; anything else is a bug of ours.
    boolean expected = cause instanceof IOException || cause instanceof DecoderException;
    LOG.log(
        expected ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
        "client connection ends",
        cause);
    context.close();
  }
}
