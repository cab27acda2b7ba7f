package io.github.dsqljava.vertx;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between a client and a server and counts the client's flights: how often it sends
 * something after having received something.
 *
 * <p>The server's bytes travel for a while. So what the client sends without waiting for them is
 * seen before they arrive, and belongs to one flight however many packets it takes.
 */
final class FlightRelay {
  private static final long TRAVEL_MILLIS = 60;

  private final Vertx vertx;
  private final NetClient toServer;
  private final NetServer relay;
  private final int serverPort;
  private final AtomicInteger flights = new AtomicInteger();
  private final AtomicInteger records = new AtomicInteger();

  private FlightRelay(Vertx vertx, int serverPort) {
    this.vertx = vertx;
    this.serverPort = serverPort;
    this.toServer = vertx.createNetClient();
    this.relay = vertx.createNetServer().connectHandler(this::relay);
  }

  static Future<FlightRelay> start(Vertx vertx, int serverPort) {
    FlightRelay relay = new FlightRelay(vertx, serverPort);
    return relay.relay.listen(0, "127.0.0.1").map(relay);
  }

  int port() {
    return relay.actualPort();
  }

  /** Flights so far; the handshake of TCP counts as one. */
  int flights() {
    return flights.get();
  }

  /** Records of TLS that clients have sent so far. */
  int records() {
    return records.get();
  }

  private void relay(NetSocket client) {
    TlsRecords sent = new TlsRecords();
    flights.incrementAndGet(); // TCP: SYN, answered by SYN-ACK
    boolean[] answered = {true};
    client.pause();
    toServer
        .connect(serverPort, "127.0.0.1")
        .onFailure(e -> client.close())
        .onSuccess(
            server -> {
              server.handler(
                  bytes ->
                      vertx.setTimer(
                          TRAVEL_MILLIS,
                          id -> {
                            answered[0] = true;
                            client.write(bytes);
                          }));
              server.closeHandler(closed -> vertx.setTimer(TRAVEL_MILLIS, id -> client.close()));
              client.handler(
                  bytes -> {
                    records.addAndGet(sent.ended(bytes));
                    if (answered[0]) {
                      answered[0] = false;
                      flights.incrementAndGet();
                    }
                    server.write(bytes);
                  });
              client.closeHandler(closed -> server.close());
              client.resume();
            });
  }
}
