package io.github.dsqljava.local.sql;

import java.util.Optional;

/**
 * Reads the names that identifiers stand for. PostgreSQL 16, "Identifiers and Key Words". Does not
 * truncate names longer than 63 bytes: only PostgreSQL knows where a character ends.
 */
final class SqlNames {
  private SqlNames() {}

  static Optional<String> nameOf(SqlToken token) {
    return switch (token.kind()) {
      case IDENTIFIER -> Optional.of(lowerCase(token.text()));
      case QUOTED_IDENTIFIER -> {
        String inner = token.sql().substring(token.start() + 1, token.end() - 1);
        yield inner.isEmpty() ? Optional.empty() : Optional.of(inner.replace("\"\"", "\""));
      }
      default -> Optional.empty();
    };
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
}
