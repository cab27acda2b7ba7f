package io.github.dsqljava.local.frontend;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;

/** Ends TCP connections abruptly, as a network failure does. */
final class Transports {
  private Transports() {}

  /** Closes without TLS's close_notify. Flushed bytes may still arrive. */
  static ChannelFuture close(Channel channel) {
    ChannelHandlerContext first = channel.pipeline().firstContext();
    return first == null ? channel.close() : first.close();
  }

  /** Resets; the future completes when that is done. */
  static ChannelFuture reset(Channel channel) {
    channel.eventLoop().execute(() -> resetNow(channel));
    return channel.closeFuture();
  }

  // On the event loop no other thread closes the channel in between.
  @SuppressWarnings("FutureReturnValueIgnored")
  private static void resetNow(Channel channel) {
    if (channel.isOpen()) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      close(channel);
    }
  }
}
