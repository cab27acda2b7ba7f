package io.github.dsqljava.benchmarks.run;

import io.github.dsqljava.benchmarks.cluster.Addresses;
import io.github.dsqljava.benchmarks.load.LoadDriver;
import io.github.dsqljava.benchmarks.load.LoadResult;
import io.github.dsqljava.benchmarks.peer.Peer;
import io.github.dsqljava.benchmarks.peer.PeerKind;
import io.github.dsqljava.benchmarks.peer.PeerRound;
import io.github.dsqljava.benchmarks.peer.RoundSettings;

/** Runs the rounds of one peer in this JVM. */
public final class PeerRunner implements AutoCloseable {
  private final Peer peer;
  private final Addresses addresses;

  /** Starts a peer. */
  public PeerRunner(PeerKind kind, Addresses addresses) {
    this.peer = kind.start();
    this.addresses = addresses;
  }

  /** Opens a full pool, repeats the operation, closes the pool. */
  public LoadResult run(RoundRequest request) throws InterruptedException {
    try (PeerRound round = open(request)) {
      return LoadDriver.run(
          request.plan(), round.starter(), round.operation(), round.attempts()::sum);
    }
  }

  PeerRound open(RoundRequest request) {
    return peer.open(
        new RoundSettings(
            request.benchmark(),
            addresses.target(),
            addresses.port(request.roundTripMillis()),
            request.connections(),
            request.policy()));
  }

  /** Ends the peer. */
  @Override
  public void close() {
    peer.close();
  }
}
