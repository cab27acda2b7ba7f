package io.github.dsqljava.vertx;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Which Vert.x there is, for messages. */
final class VertxVersion {

  /** What pools are built on: internals of Vert.x that were the same from here on. */
  static final String FOR_POOLS = "Vert.x 5.0.10 or a later 5.0, on the class path";

  private VertxVersion() {}

  /** Its own word for it; {@code unknown} where it does not say. */
  static String found() {
    try (InputStream in = Vertx.class.getResourceAsStream("/META-INF/vertx/vertx-version.txt")) {
      return in == null
          ? "unknown"
          : new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
