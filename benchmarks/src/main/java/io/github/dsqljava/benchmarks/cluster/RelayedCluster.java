package io.github.dsqljava.benchmarks.cluster;

import io.github.dsqljava.local.DsqlLocal;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A local cluster with a relay in front of it for each round trip. */
public final class RelayedCluster implements AutoCloseable {
  private final DsqlLocal cluster;
  private final List<DelayRelay> relays = new ArrayList<>();
  private final Addresses addresses;

  private RelayedCluster(DsqlLocal cluster, List<Integer> roundTripMillis) throws IOException {
    this.cluster = cluster;
    Map<Integer, Integer> ports = new TreeMap<>();
    for (int millis : roundTripMillis) {
      DelayRelay relay = DelayRelay.start(cluster.port(), Duration.ofMillis(millis));
      relays.add(relay);
      ports.put(millis, relay.port());
    }
    addresses = new Addresses(Target.of(cluster), cluster.port(), ports);
  }

  /** Starts a cluster in this JVM, with an empty database. */
  public static RelayedCluster start(List<Integer> roundTripMillis) throws IOException {
    DsqlLocal cluster = DsqlLocal.start();
    try {
      return new RelayedCluster(cluster, roundTripMillis);
    } catch (IOException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /** The addresses of the cluster and its relays. */
  public Addresses addresses() {
    return addresses;
  }

  /** Closes the relays and stops the cluster. */
  @Override
  public void close() throws IOException {
    try (cluster) {
      for (DelayRelay relay : relays) {
        relay.close();
      }
    }
  }
}
