package io.github.dsqljava.vertx.internal;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.internal.net.NetSocketInternal;

/**
 * Closes a socket without waiting for the server. Vert.x's codec would send a Terminate instead,
 * end only its own direction and wait for the server, on a dead network for ever.
 */
final class HardClose {
  private HardClose() {}

  /** Closes the socket now; statements in flight fail. Returns the future of its end. */
  static ChannelFuture of(NetSocketInternal socket) {
    ChannelPipeline pipeline = socket.channelHandlerContext().pipeline();
    if (pipeline.context(SslHandler.class) == null) {
      var unused = socket.close(); // TLS has not begun, or has ended with the connection
      return pipeline.channel().closeFuture();
    }
    return of(pipeline);
  }

  /** The same for a pipeline, from inside. */
  static ChannelFuture of(ChannelPipeline pipeline) {
    ChannelHandlerContext tls = pipeline.context(SslHandler.class);
    if (tls == null) {
      var unused = pipeline.firstContext().close();
    } else {
      var unused = tls.close(); // closes below TLS and the codec
    }
    return pipeline.channel().closeFuture();
  }
}
