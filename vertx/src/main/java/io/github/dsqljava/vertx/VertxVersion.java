package io.github.dsqljava.vertx;

import io.github.dsqljava.InvalidConfigurationException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Which Vert.x there is, and which ones this connector works with. */
final class VertxVersion {

  /**
   * In words. The connector is built on internals of Vert.x that were the same from 5.0.10 on, and
   * that 5.1 has moved.
   */
  static final String RANGE = "Vert.x 5.0.10 or a later 5.0";

  private static final Pattern SUPPORTED = Pattern.compile("5\\.0\\.[1-9]\\d+([.-].*)?");

  private static final String UNKNOWN = "unknown";

  private VertxVersion() {}

  /**
   * Refuses what this connector is not made for, before a class or a method of it is missing.
   *
   * @throws InvalidConfigurationException that names the version and the range
   */
  static void check() {
    check(found());
  }

  static void check(String found) {
    // One that does not say, as in a jar with everything in it, is given the benefit of the doubt.
    if (!found.equals(UNKNOWN) && !SUPPORTED.matcher(found).matches()) {
      throw new InvalidConfigurationException(
          "This connector works with "
              + RANGE
              + ", and found version "
              + found
              + ": give vertx-core and vertx-pg-client another version");
    }
  }

  /** Its own word for it; {@code unknown} where it does not say. */
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
