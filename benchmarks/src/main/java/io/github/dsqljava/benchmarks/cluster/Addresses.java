package io.github.dsqljava.benchmarks.cluster;

import java.util.Map;
import java.util.TreeMap;

/**
 * The addresses of a cluster.
 *
 * @param directPort the port without a relay, for work that is not measured
 * @param relayPorts the relays' ports by their round trip in milliseconds
 */
public record Addresses(Target target, int directPort, Map<Integer, Integer> relayPorts) {
  private static final String SEPARATOR = "\u001f";

  /** Copies the map. */
  public Addresses {
    relayPorts = Map.copyOf(relayPorts);
  }

  /** The port of the relay with this round trip. */
  public int port(int roundTripMillis) {
    Integer port = relayPorts.get(roundTripMillis);
    if (port == null) {
      throw new IllegalArgumentException("No relay for " + roundTripMillis + " ms");
    }
    return port;
  }

  /** Returns one line, for another process. It contains the secret, so it must not be logged. */
  public String toLine() {
    StringBuilder line = new StringBuilder(target.toLine()).append(SEPARATOR).append(directPort);
    relayPorts.forEach((millis, port) -> line.append(SEPARATOR).append(millis + "=" + port));
    return line.toString();
  }

  /** Reads a line of {@link #toLine()}. */
  public static Addresses ofLine(String line) {
    String[] parts = line.split(SEPARATOR, -1);
    Map<Integer, Integer> ports = new TreeMap<>();
    for (int i = 2; i < parts.length; i++) {
      String[] pair = parts[i].split("=", -1);
      ports.put(Integer.valueOf(pair[0]), Integer.valueOf(pair[1]));
    }
    return new Addresses(Target.ofLine(parts[0]), Integer.parseInt(parts[1]), ports);
  }
}
