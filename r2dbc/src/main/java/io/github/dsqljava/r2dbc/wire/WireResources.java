package io.github.dsqljava.r2dbc.wire;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.SocketOption;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/**
 * The event loops of one connection: shared ones, except that each channel made here gets a {@link
 * SessionWire}.
 */
public final class WireResources implements LoopResources {

  /** Shorter than the idle timeout of NAT gateways and load balancers, 4 to 6 minutes. */
  private static final int IDLE_SECONDS = 60;

  private static final Map<SocketOption<Integer>, Integer> KEEPALIVE =
      Map.of(
          ExtendedSocketOptions.TCP_KEEPIDLE, IDLE_SECONDS,
          ExtendedSocketOptions.TCP_KEEPINTERVAL, 10,
          ExtendedSocketOptions.TCP_KEEPCOUNT, 6);

  private final LoopResources loops;
  private volatile @Nullable SessionWire wire;

  /**
   * Sockets of resolvers: Reactor Netty makes a resolver for each connection and never closes it.
   */
  private final Queue<Channel> resolvers = new ConcurrentLinkedQueue<>();

  /** The number of open sockets of all resolvers. */
  private static final AtomicInteger OPEN_RESOLVERS = new AtomicInteger();

  /** Uses shared event loops, which this object does not close. */
  public WireResources(LoopResources loops) {
    this.loops = loops;
  }

  /** The wire of the last channel made; null before the first one. */
  public @Nullable SessionWire wire() {
    return wire;
  }

  /** The number of open sockets of name resolvers, for all connections together. */
  public static int openResolvers() {
    return OPEN_RESOLVERS.get();
  }

  /** The name is resolved: closes the sockets of the resolver. */
  @SuppressWarnings("FutureReturnValueIgnored")
  public void closeResolvers() {
    for (Channel at = resolvers.poll(); at != null; at = resolvers.poll()) {
      at.close();
    }
  }

  @Override
  public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
    C channel = loops.onChannel(type, group);
    if (!(channel instanceof SocketChannel)) {
      OPEN_RESOLVERS.incrementAndGet();
      var unused = channel.closeFuture().addListener(end -> OPEN_RESOLVERS.decrementAndGet());
      resolvers.add(channel);
      return channel;
    }
    if (channel instanceof NioSocketChannel) {
      // Native transports keep the system's settings.
      KEEPALIVE.forEach(
          (option, value) -> channel.config().setOption(NioChannelOption.of(option), value));
    }
    SessionWire added = new SessionWire();
    channel.pipeline().addLast("dsql-wire", added);
    wire = added;
    return channel;
  }

  @Override
  public <C extends Channel> Class<? extends C> onChannelClass(
      Class<C> type, EventLoopGroup group) {
    return loops.onChannelClass(type, group);
  }

  @Override
  public EventLoopGroup onClient(boolean useNative) {
    return loops.onClient(useNative);
  }

  @Override
  public EventLoopGroup onServer(boolean useNative) {
    return loops.onServer(useNative);
  }

  @Override
  public EventLoopGroup onServerSelect(boolean useNative) {
    return loops.onServerSelect(useNative);
  }

  @Override
  public boolean daemon() {
    return loops.daemon();
  }

  /** Does nothing, because the event loops are shared. */
  @Override
  public void dispose() {}

  /** Does nothing, because the event loops are shared. */
  @Override
  public Mono<Void> disposeLater() {
    return Mono.empty();
  }

  @Override
  public boolean isDisposed() {
    return loops.isDisposed();
  }
}
