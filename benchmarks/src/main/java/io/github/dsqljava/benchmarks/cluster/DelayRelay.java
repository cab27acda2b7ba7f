package io.github.dsqljava.benchmarks.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * Stands between clients and a server on this machine and delays bytes by half of the round trip in
 * each direction. TCP's handshake would take a round trip as well. The kernel accepts connections
 * at once, so the relay holds the client's first bytes back for that time.
 *
 * <p>With a round trip of zero, the thread that reads the bytes also passes them on. So every
 * measurement goes through the same relay.
 */
public final class DelayRelay implements AutoCloseable {
  private final ServerSocketChannel listener;
  private final int serverPort;
  private final Duration roundTrip;
  private final RelayDirection toServer;
  private final RelayDirection toClient;

  private DelayRelay(ServerSocketChannel listener, int serverPort, Duration roundTrip)
      throws IOException {
    this.listener = listener;
    this.serverPort = serverPort;
    this.roundTrip = roundTrip;
    String name = "relay-" + roundTrip.toMillis() + "ms";
    this.toServer = new RelayDirection(name + "-to-server", roundTrip.dividedBy(2));
    this.toClient = new RelayDirection(name + "-to-client", roundTrip.dividedBy(2));
    Thread acceptor = new Thread(this::accept, name + "-accept");
    acceptor.setDaemon(true);
    acceptor.start();
  }

  /**
   * Starts a relay on a free port of the loopback address.
   *
   * @param serverPort of the loopback address
   * @param roundTrip delay added to a request and its answer together; zero or more
   */
  public static DelayRelay start(int serverPort, Duration roundTrip) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open();
    try {
      listener.bind(loopback(0), /* backlog= */ 512);
      return new DelayRelay(listener, serverPort, roundTrip);
    } catch (IOException e) {
      listener.close();
      throw e;
    }
  }

  /** The port that clients connect to. */
  public int port() {
    return listener.socket().getLocalPort();
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        connect(listener.accept());
      } catch (IOException e) {
        // The relay is closed, or the client has gone: there is nobody to tell.
      }
    }
  }

  private void connect(SocketChannel client) throws IOException {
    long accepted = System.nanoTime();
    try {
      SocketChannel server = SocketChannel.open(loopback(serverPort));
      for (SocketChannel channel : new SocketChannel[] {client, server}) {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
      }
      toClient.add(server, client, accepted);
      toServer.add(client, server, accepted + roundTrip.toNanos());
    } catch (IOException e) {
      client.close();
      throw e;
    }
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Ends the relay's threads and closes every connection. */
  @Override
  public void close() throws IOException {
    listener.close();
    toServer.close();
    toClient.close();
  }
}
