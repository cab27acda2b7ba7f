package io.github.dsqljava.local.iam;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The one percent-encoding that Signature Version 4 allows in a query string: unreserved characters
 * of RFC 3986 stand for themselves, every other byte of the UTF-8 form is {@code %XX} in upper
 * case.
 */
final class CanonicalEncoding {
  private static final HexFormat UPPER_HEX = HexFormat.of().withUpperCase();

  private CanonicalEncoding() {}

  /** Decodes text; empty if encoding the result again would not give the very same text. */
  static Optional<String> decode(String encoded) {
    var bytes = new ByteArrayOutputStream(encoded.length());
    int position = 0;
    while (position < encoded.length()) {
      char character = encoded.charAt(position);
      if (isUnreserved(character)) {
        bytes.write(character);
        position++;
        continue;
      }
      if (character != '%' || position + 2 >= encoded.length()) {
        return Optional.empty();
      }
      char high = encoded.charAt(position + 1);
      char low = encoded.charAt(position + 2);
      if (!HexFormat.isHexDigit(high) || !HexFormat.isHexDigit(low)) {
        return Optional.empty();
      }
      bytes.write(HexFormat.fromHexDigit(high) << 4 | HexFormat.fromHexDigit(low));
      position += 3;
    }
    String decoded = bytes.toString(StandardCharsets.UTF_8);
    return encode(decoded).equals(encoded) ? Optional.of(decoded) : Optional.empty();
  }

  static String encode(String text) {
    var encoded = new StringBuilder(text.length());
    for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
      if (isUnreserved((char) (value & 0xFF))) {
        encoded.append((char) value);
      } else {
        encoded.append('%');
        UPPER_HEX.toHexDigits(encoded, value);
      }
    }
    return encoded.toString();
  }

  private static boolean isUnreserved(char character) {
    return (character >= 'a' && character <= 'z')
        || (character >= 'A' && character <= 'Z')
        || (character >= '0' && character <= '9')
        || character == '-'
        || character == '.'
        || character == '_'
        || character == '~';
  }
}
