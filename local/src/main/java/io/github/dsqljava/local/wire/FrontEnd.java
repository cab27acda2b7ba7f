package io.github.dsqljava.local.wire;

import io.github.dsqljava.local.tls.ClusterCertificates;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;

/**
 * Accepts clients of a local cluster on the loopback addresses.
 *
 * <p>Thread-safe.
 */
public final class FrontEnd implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(FrontEnd.class.getName());
  private static final String ALPN = "postgresql";
  private static final int MAX_THREADS = 4;

  private final EventLoopGroup eventLoops;
  private final ChannelGroup clients;
  private final ChannelGroup listeners;
  private final int port;

  private FrontEnd(
      EventLoopGroup eventLoops, ChannelGroup clients, ChannelGroup listeners, int port) {
    this.eventLoops = eventLoops;
    this.clients = clients;
    this.listeners = listeners;
    this.port = port;
  }

  /**
   * Starts to listen on 127.0.0.1 and, where there is IPv6, on ::1.
   *
   * @param requestedPort 0 for any free port
   * @throws IOException if the port is taken
   */
  public static FrontEnd listen(
      int requestedPort, Cluster cluster, ClusterCertificates certificates) throws IOException {
    SslContext tls = tls(certificates);
    int threads = Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors());
    EventLoopGroup eventLoops =
        new MultiThreadIoEventLoopGroup(
            threads,
            new DefaultThreadFactory("dsql-local-io", /* daemon= */ true),
            NioIoHandler.newFactory());
    ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    ChannelGroup listeners = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(eventLoops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    clients.add(channel);
                    LoginHandler login = new LoginHandler(cluster);
                    channel
                        .pipeline()
                        .addLast("tls-gate", new TlsGate(tls, login))
                        .addLast("login-decoder", new LoginDecoder())
                        .addLast("login", login);
                  }
                });
    ChannelFuture bound =
        bootstrap.bind(loopback("127.0.0.1", requestedPort)).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
      throw new IOException(
          "cannot listen on port "
              + requestedPort
              + " of 127.0.0.1; name another port, or 0 for a free one",
          bound.cause());
    }
    listeners.add(bound.channel());
    int port = ((InetSocketAddress) bound.channel().localAddress()).getPort();
    ChannelFuture ipv6 = bootstrap.bind(loopback("::1", port)).awaitUninterruptibly();
    if (ipv6.isSuccess()) {
      listeners.add(ipv6.channel());
    } else {
      LOG.log(System.Logger.Level.DEBUG, "not listening on ::1", ipv6.cause());
    }
    return new FrontEnd(eventLoops, clients, listeners, port);
  }

  private static SocketAddress loopback(String address, int port) throws IOException {
    return new InetSocketAddress(InetAddress.getByName(address), port);
  }

  private static SslContext tls(ClusterCertificates certificates) throws IOException {
    return SslContextBuilder.forServer(
            certificates.key(), certificates.chain().toArray(new X509Certificate[0]))
        .sslProvider(SslProvider.JDK)
        .protocols("TLSv1.3", "TLSv1.2")
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.FATAL_ALERT,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.FATAL_ALERT,
                ALPN))
        .build();
  }

  /** Returns the port clients connect to. */
  public int port() {
    return port;
  }

  /** Returns how many client connections are open, logged in or not. */
  public int connections() {
    return clients.size();
  }

  /** Closes the port and every connection, and waits until that is done. */
  @Override
  public void close() {
    listeners.close().awaitUninterruptibly();
    clients.close().awaitUninterruptibly();
    eventLoops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
