package io.github.dsqljava.vertx;

import io.github.dsqljava.InvalidConfigurationException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Checks that the present Vert.x is one that this connector works with. */
final class VertxVersion {

  /**
   * The supported versions, for messages. The connector uses internals of Vert.x that are unchanged
   * since 5.0.10, and that 5.1 has moved.
   */
  static final String RANGE = "Vert.x 5.0.10 or a later 5.0";

  private static final Pattern SUPPORTED = Pattern.compile("5\\.0\\.[1-9]\\d+([.-].*)?");

  private static final String UNKNOWN = "unknown";

  private VertxVersion() {}

  /**
   * Refuses an unsupported version, before the connector misses a class or a method of it.
   *
   * @throws InvalidConfigurationException that names the version and the range
   */
  static void check() {
    check(found());
  }

  static void check(String found) {
    // An unknown version, as in a jar with all dependencies, is accepted.
    if (!found.equals(UNKNOWN) && !SUPPORTED.matcher(found).matches()) {
      throw new InvalidConfigurationException(
          "This connector works with "
              + RANGE
              + ", and found version "
              + found
              + ": give vertx-core and vertx-pg-client another version");
    }
  }

  /** Returns the version that Vert.x reports; {@code unknown} if it reports none. */
  static String found() {
    try (InputStream in = Vertx.class.getResourceAsStream("/META-INF/vertx/vertx-version.txt")) {
      return in == null
          ? UNKNOWN
          : new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
    } catch (IOException e) {
      return UNKNOWN;
    }
  }
}
