package io.github.dsqljava.local;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The token makers of this JVM's open clusters, by port. {@link FreshToken} looks its cluster up
 * here, because a driver creates it without a reference to one.
 */
final class OpenClusters {
  private static final Map<Integer, UnaryOperator<String>> TOKENS = new ConcurrentHashMap<>();

  private OpenClusters() {}

  /** Registers a cluster; {@code tokens} makes a token for the name of a user. */
  static void add(int port, UnaryOperator<String> tokens) {
    TOKENS.put(port, tokens);
  }

  static void remove(int port, UnaryOperator<String> tokens) {
    TOKENS.remove(port, tokens);
  }

  static @Nullable UnaryOperator<String> at(int port) {
    return TOKENS.get(port);
  }
}
