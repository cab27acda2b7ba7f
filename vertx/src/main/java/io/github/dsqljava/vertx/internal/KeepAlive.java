package io.github.dsqljava.vertx.internal;

import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.SocketOption;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;

/**
 * Makes the operating system probe an idle connection early; its own default is two hours. So a
 * statement without an answer, because the network has forgotten the connection, fails after two
 * minutes.
 */
final class KeepAlive {

  /** Below the idle timeout of NAT gateways and load balancers, 4 to 6 minutes. */
  private static final int IDLE_SECONDS = 60;

  private static final int INTERVAL_SECONDS = 10;
  private static final int COUNT = 6;

  private static final Map<SocketOption<Integer>, Integer> TIMES =
      Map.of(
          ExtendedSocketOptions.TCP_KEEPIDLE, IDLE_SECONDS,
          ExtendedSocketOptions.TCP_KEEPINTERVAL, INTERVAL_SECONDS,
          ExtendedSocketOptions.TCP_KEEPCOUNT, COUNT);

  private KeepAlive() {}

  /**
   * Sets the times where the platform supports it; Vert.x's native transports keep the system's
   * times. The keepalive itself is an option of Vert.x's network client.
   */
  static void of(Channel channel) {
    if (channel instanceof NioSocketChannel) {
      TIMES.forEach(
          (option, value) -> channel.config().setOption(NioChannelOption.of(option), value));
    }
  }
}
