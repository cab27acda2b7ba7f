package io.github.dsqljava.local.occ;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Texts that pass between {@code occ.sql} and the JVM, whatever the client's encoding. The bytes of
 * UTF-8 are characters here, as in all texts of clients.
 */
final class Hex {
  private Hex() {}

  static String encode(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static String decode(String hex) {
    return new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1);
  }
}
