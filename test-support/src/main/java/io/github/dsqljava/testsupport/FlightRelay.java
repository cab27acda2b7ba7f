package io.github.dsqljava.testsupport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands between a client and a server and counts the client's flights: a flight begins when the
 * client sends something after having received something.
 *
 * <p>The relay delays the server's bytes. So it sees the bytes that the client sends without
 * waiting before the server's arrive, and counts them as one flight, in however many packets.
 */
public final class FlightRelay implements AutoCloseable {
  private static final long TRAVEL_NANOS = TimeUnit.MILLISECONDS.toNanos(60);

  private final int serverPort;
  private final ServerSocket listener;
  private final AtomicInteger flights = new AtomicInteger();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  private FlightRelay(int serverPort, ServerSocket listener) {
    this.serverPort = serverPort;
    this.listener = listener;
  }

  /** Listens on a free port of 127.0.0.1 and connects to the server there for each client. */
  public static FlightRelay start(int serverPort) {
    try {
      FlightRelay relay =
          new FlightRelay(
              serverPort, new ServerSocket(0, /* backlog= */ 50, InetAddress.getLoopbackAddress()));
      thread(relay::accept);
      return relay;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The port for clients. */
  public int port() {
    return listener.getLocalPort();
  }

  /** Flights so far; the handshake of TCP counts as one. */
  public int flights() {
    return flights.get();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = listener.accept();
      flights.incrementAndGet(); // TCP: SYN, answered by SYN-ACK
      Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      sockets.add(client);
      sockets.add(server);
      AtomicBoolean answered = new AtomicBoolean(true);
      thread(() -> toServer(client, server, answered));
      thread(() -> toClient(server, client, answered));
    }
  }

  private void toServer(Socket client, Socket server, AtomicBoolean answered) throws IOException {
    byte[] bytes = new byte[64 * 1024];
    try (client;
        server) {
      InputStream in = client.getInputStream();
      OutputStream out = server.getOutputStream();
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        if (answered.compareAndSet(true, false)) {
          flights.incrementAndGet();
        }
        out.write(bytes, 0, read);
      }
    }
  }

  private static void toClient(Socket server, Socket client, AtomicBoolean answered)
      throws IOException {
    byte[] bytes = new byte[64 * 1024];
    try (client;
        server) {
      InputStream in = server.getInputStream();
      OutputStream out = client.getOutputStream();
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        long arrival = System.nanoTime() + TRAVEL_NANOS;
        while (System.nanoTime() < arrival) {
          LockSupport.parkNanos(arrival - System.nanoTime());
        }
        answered.set(true);
        out.write(bytes, 0, read);
      }
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** Work that ends with its socket. */
  @FunctionalInterface
  private interface Work {
    void run() throws IOException;
  }

  private static void thread(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // closed
              }
            },
            "flight-relay");
    thread.setDaemon(true);
    thread.start();
  }
}
