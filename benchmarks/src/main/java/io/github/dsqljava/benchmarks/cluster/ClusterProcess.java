package io.github.dsqljava.benchmarks.cluster;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * A cluster in a process of its own, so that what it needs of heap and time of garbage collection
 * is not the client's. It ends when its standard input does.
 */
public final class ClusterProcess {
  private ClusterProcess() {}

  /**
   * Starts a cluster, prints its {@link Addresses} and waits.
   *
   * @param arguments the round trips in milliseconds
   */
  public static void main(String[] arguments) throws IOException {
    List<Integer> roundTrips = Arrays.stream(arguments).map(Integer::valueOf).toList();
    try (RelayedCluster cluster = RelayedCluster.start(roundTrips)) {
      System.out.println(cluster.addresses().toLine());
      while (System.in.read() >= 0) {
        // Nothing is said; only the end counts.
      }
    }
  }
}
