package io.github.dsqljava.local;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What makes tokens for the open clusters of this JVM, by their ports: for {@link FreshToken},
 * which a driver makes.
 */
final class OpenClusters {
  private static final Map<Integer, UnaryOperator<String>> TOKENS = new ConcurrentHashMap<>();

  private OpenClusters() {}

  /** From now on, {@code tokens} makes one from the name of a user. */
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
