package io.github.dsqljava;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Checks the values of settings, from every source. Each method returns the value, or throws an
 * IllegalArgumentException whose message completes the sentence "Setting x ...".
 */
final class SettingCheck {

  /** The longest lifetime of a presigned request in SigV4, and of a token in the service. */
  static final Duration MAX_TOKEN_LIFETIME = Duration.ofDays(7);

  private static final Duration MAX_CONNECT_TIMEOUT = Duration.ofHours(1);

  /** The server keeps a plan of each statement in the memory of its session. */
  private static final int MAX_STATEMENT_CACHE_SIZE = 10_000;

  /** PostgreSQL cuts longer identifiers silently (NAMEDATALEN is 64 with the final zero). */
  private static final int MAX_IDENTIFIER_BYTES = 63;

  private static final Pattern REGION = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

  private SettingCheck() {}

  static String text(String value) {
    if (value.isBlank()) {
      throw new IllegalArgumentException("is blank; give a value or leave it out");
    }
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("contains a NUL character, which ends a text on the wire");
    }
    return value;
  }

  static String identifier(String value) {
    if (text(value).getBytes(StandardCharsets.UTF_8).length > MAX_IDENTIFIER_BYTES) {
      throw new IllegalArgumentException(
          "is longer than 63 bytes, the longest name PostgreSQL keeps whole");
    }
    return value;
  }

  static String printableAscii(String value) {
    if (!text(value).chars().allMatch(c -> c >= ' ' && c <= '~')) {
      throw new IllegalArgumentException(
          "contains a character outside printable ASCII, which the server would replace");
    }
    return value;
  }

  static String region(String value) {
    if (!REGION.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "is \"" + value + "\", no AWS region; write it like us-east-1, in lower case");
    }
    return value;
  }

  static int port(int value) {
    if (value < 1 || value > 65_535) {
      throw new IllegalArgumentException("is out of range; give 1 to 65535");
    }
    return value;
  }

  static Duration tokenLifetime(Duration value) {
    if (!value.equals(value.truncatedTo(ChronoUnit.SECONDS))) {
      throw new IllegalArgumentException("has a fraction of a second; tokens count whole seconds");
    }
    if (value.compareTo(Duration.ofSeconds(1)) < 0 || value.compareTo(MAX_TOKEN_LIFETIME) > 0) {
      throw new IllegalArgumentException(
          "is out of range; give 1 second to 7 days (604800 seconds), the longest a token may live");
    }
    return value;
  }

  static Duration connectTimeout(Duration value) {
    if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(MAX_CONNECT_TIMEOUT) > 0) {
      throw new IllegalArgumentException("is out of range; give 1 millisecond to 1 hour");
    }
    return value;
  }

  static int statementCacheSize(int value) {
    if (value < 0 || value > MAX_STATEMENT_CACHE_SIZE) {
      throw new IllegalArgumentException("is out of range; give 0 (no cache) to 10000");
    }
    return value;
  }

  static Path readPath(String text) {
    try {
      return Path.of(text(text));
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("is no path of this file system: " + e.getMessage(), e);
    }
  }

  /**
   * Never shows the text, because in a URL with a badly written user part it may be half a
   * password.
   */
  static int readInt(String text) {
    if (!text.matches("[0-9]{1,9}")) {
      throw new IllegalArgumentException("is no whole number; write digits only");
    }
    return Integer.parseInt(text);
  }

  static Duration readSeconds(String text) {
    return Duration.ofSeconds(readInt(text));
  }

  static boolean readBoolean(String text) {
    if (!text.equals("true") && !text.equals("false")) {
      throw new IllegalArgumentException("has an unknown value; give true or false");
    }
    return text.equals("true");
  }

  static <E extends Enum<E>> E readConstant(Class<E> type, String text) {
    E[] constants = type.getEnumConstants();
    return Arrays.stream(constants)
        .filter(constant -> constant.toString().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "has an unknown value; give "
                        + Arrays.stream(constants)
                            .map(Object::toString)
                            .collect(Collectors.joining(" or "))));
  }
}
