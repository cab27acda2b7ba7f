package io.github.dsqljava.local.frontend;

import io.github.dsqljava.local.limits.MemoryBudget;
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
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Accepts clients of a local cluster on the loopback addresses.
 *
 * <p>Thread-safe.
 */
public final class FrontEnd implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(FrontEnd.class.getName());
  private static final int MAX_THREADS = 4;
  private static final int MAX_ATTEMPTS = 20;

  /** The period of the search for connections that have reached their maximum age. */
  private static final long SWEEP_MILLIS = 100;

  /** Off-heap memory for answers that clients have not read, for all clients together. */
  private static final long UNREAD_BYTES = 128L * 1024 * 1024;

  /** When a client was logged in. */
  static final AttributeKey<Instant> OPENED = AttributeKey.valueOf(FrontEnd.class, "opened");

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
   * Starts to listen on 127.0.0.1 and, where there is IPv6, on the same port of ::1.
   *
   * @param port 0 for any free port
   * @throws IOException if the port is taken
   */
  public static FrontEnd listen(int port, Cluster cluster, ServerTls tls) throws IOException {
    int threads = Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors());
    EventLoopGroup eventLoops =
        new MultiThreadIoEventLoopGroup(
            threads,
            new DefaultThreadFactory("dsql-local-io", /* daemon= */ true),
            NioIoHandler.newFactory());
    ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    MemoryBudget unread = new MemoryBudget(UNREAD_BYTES);
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
                    LoginHandler login = new LoginHandler(cluster, unread);
                    channel
                        .pipeline()
                        .addLast("tls-gate", new TlsGate(tls.context(), login))
                        .addLast("login-decoder", new LoginDecoder())
                        .addLast("login", login);
                  }
                });
    try {
      ChannelGroup listeners = bind(bootstrap, port);
      InetSocketAddress bound = (InetSocketAddress) listeners.iterator().next().localAddress();
      FrontEnd frontEnd = new FrontEnd(eventLoops, clients, listeners, bound.getPort());
      frontEnd.sweep(cluster);
      return frontEnd;
    } catch (IOException e) {
      eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
      throw e;
    }
  }

  // Ignores the future: only the event loops that run the task could report its failure.
  @SuppressWarnings("FutureReturnValueIgnored")
  private void sweep(Cluster cluster) {
    eventLoops.scheduleWithFixedDelay(
        () -> closeOpenedBefore(cluster.oldest()),
        SWEEP_MILLIS,
        SWEEP_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  /**
   * Binds the same port on both addresses. {@code localhost} may mean either, so a client could
   * reach another program that has the port on one of them.
   */
  private static ChannelGroup bind(ServerBootstrap bootstrap, int port) throws IOException {
    for (int attempt = 1; ; attempt++) {
      ChannelGroup listeners = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
      ChannelFuture ipv4 = bootstrap.bind(loopback("127.0.0.1", port)).awaitUninterruptibly();
      if (!ipv4.isSuccess()) {
        throw taken(port, ipv4.cause());
      }
      listeners.add(ipv4.channel());
      int chosen = ((InetSocketAddress) ipv4.channel().localAddress()).getPort();
      ChannelFuture ipv6 = bootstrap.bind(loopback("::1", chosen)).awaitUninterruptibly();
      if (ipv6.isSuccess()) {
        listeners.add(ipv6.channel());
        return listeners;
      }
      if (!isTaken(ipv6.cause())) {
        LOG.log(System.Logger.Level.DEBUG, "no IPv6 here", ipv6.cause());
        return listeners;
      }
      listeners.close().awaitUninterruptibly();
      if (port != 0 || attempt == MAX_ATTEMPTS) {
        throw taken(chosen, ipv6.cause());
      }
    }
  }

  private static boolean isTaken(Throwable failure) {
    return failure instanceof BindException
        && String.valueOf(failure.getMessage()).contains("in use");
  }

  private static IOException taken(int port, Throwable cause) {
    return new IOException(
        "cannot listen on port "
            + port
            + " of the loopback addresses; name another port, or 0 for a free one",
        cause);
  }

  private static SocketAddress loopback(String address, int port) throws IOException {
    return new InetSocketAddress(InetAddress.getByName(address), port);
  }

  /** Returns the port clients connect to. */
  public int port() {
    return port;
  }

  /** Returns how many client connections are open, logged in or not. */
  public int connections() {
    return clients.size();
  }

  /**
   * Resets every connection, logged in or not, and waits until that is done.
   *
   * @return the number of connections
   */
  public int cutConnections() {
    return cut(client -> true);
  }

  /**
   * Resets the connections that were logged in before a moment, and waits until that is done.
   *
   * @return the number of connections
   */
  public int cutConnectionsBefore(Instant moment) {
    return cut(client -> isOpenedBefore(client, moment));
  }

  private synchronized int cut(Predicate<Channel> which) {
    if (eventLoops.isShuttingDown()) {
      return 0;
    }
    List<Channel> open = clients.stream().filter(which).toList();
    List<ChannelFuture> cut = open.stream().map(Transports::reset).toList();
    cut.forEach(ChannelFuture::awaitUninterruptibly);
    return cut.size();
  }

  /**
   * Closes every connection that was logged in before a moment, even a busy one, and waits for
   * nothing. The service documents that a connection ends after 60 minutes; it is unknown whether
   * it lets a transaction finish, and whether it sends an error.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the client hears of it
  private void closeOpenedBefore(Instant moment) {
    for (Channel client : clients) {
      if (isOpenedBefore(client, moment)) {
        client.close();
      }
    }
  }

  private static boolean isOpenedBefore(Channel client, Instant moment) {
    Instant opened = client.attr(OPENED).get();
    return opened != null && opened.isBefore(moment);
  }

  /**
   * Ends PostgreSQL's side of a connection. Returns at once.
   *
   * @param processId as in the client's BackendKeyData
   * @return false if there is no such connection
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the client hears of it
  public boolean endBackend(int processId) {
    for (Channel client : clients) {
      Backend backend = client.attr(Backend.KEY).get();
      if (backend != null && backend.processId() == processId) {
        backend.channel().close();
        return true;
      }
    }
    return false;
  }

  /**
   * Closes the port and every connection, and waits until that is done. One caller at a time: a
   * second close after the end of the channel's event loop would never complete.
   */
  @Override
  public synchronized void close() {
    if (eventLoops.isShuttingDown()) {
      return;
    }
    listeners.close().awaitUninterruptibly();
    clients.close().awaitUninterruptibly();
    eventLoops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
