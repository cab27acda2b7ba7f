package io.github.dsqljava.local.sql;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What identifiers stand for. PostgreSQL 16, "Identifiers and Key Words". */
final class SqlNames {
  /** NAMEDATALEN less the closing zero byte: PostgreSQL cuts a longer name off. */
  private static final int MAX_BYTES = 63;

  private SqlNames() {}

  static Optional<String> nameOf(SqlToken token) {
    return switch (token.kind()) {
      case IDENTIFIER -> Optional.of(truncate(lowerCase(token.text())));
      case QUOTED_IDENTIFIER -> {
        String inner = token.sql().substring(token.start() + 1, token.end() - 1);
        yield inner.isEmpty()
            ? Optional.empty()
            : Optional.of(truncate(inner.replace("\"\"", "\"")));
      }
      default -> Optional.empty();
    };
  }

  /** In upper case if it is an ASCII letter. */
  static char upperCase(char character) {
    return character >= 'a' && character <= 'z' ? (char) (character - 'a' + 'A') : character;
  }

  /** Folds as PostgreSQL does in a UTF-8 database: ASCII letters only. */
  static String lowerCase(String name) {
    var folded = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char character = name.charAt(i);
      folded.append(
          character >= 'A' && character <= 'Z' ? (char) (character - 'A' + 'a') : character);
    }
    return folded.toString();
  }

  private static String truncate(String name) {
    if (name.length() <= MAX_BYTES / 3) {
      return name; // a UTF-16 unit has at most three bytes
    }
    int bytes = 0;
    int position = 0;
    while (position < name.length()) {
      int next = name.offsetByCodePoints(position, 1);
      bytes += name.substring(position, next).getBytes(StandardCharsets.UTF_8).length;
      if (bytes > MAX_BYTES) {
        return name.substring(0, position);
      }
      position = next;
    }
    return name;
  }
}
