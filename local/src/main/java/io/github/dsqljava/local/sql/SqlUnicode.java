package io.github.dsqljava.local.sql;

import java.util.Optional;

/**
 * Reads {@code U&"name"} and {@code U&'text'}. PostgreSQL 16, "Identifiers and Key Words": an
 * escape character and four hexadecimal digits, or a plus and six, or the escape character itself.
 */
final class SqlUnicode {
  private SqlUnicode() {}

  static Optional<String> valueOf(SqlToken token, char escape) {
    return switch (token.kind()) {
      case UNICODE_IDENTIFIER -> decode(identifier(token), escape).filter(name -> !name.isEmpty());
      case UNICODE_STRING -> decode(SqlStrings.standard(token, token.start() + 3), escape);
      default -> Optional.empty();
    };
  }

  private static String identifier(SqlToken token) {
    return token.sql().substring(token.start() + 3, token.end() - 1).replace("\"\"", "\"");
  }

  private static Optional<String> decode(String escaped, char escape) {
    if (!isEscape(escape)) {
      return Optional.empty();
    }
    var value = new StringBuilder(escaped.length());
    int position = 0;
    while (position < escaped.length()) {
      char character = escaped.charAt(position);
      if (character != escape) {
        value.append(character);
        position++;
      } else if (position + 1 < escaped.length() && escaped.charAt(position + 1) == escape) {
        value.append(escape);
        position += 2;
      } else {
        boolean six = position + 1 < escaped.length() && escaped.charAt(position + 1) == '+';
        int from = six ? position + 2 : position + 1;
        int to = from + (six ? 6 : 4);
        int codePoint = hexadecimal(escaped, from, to);
        if (codePoint <= 0 || codePoint > Character.MAX_CODE_POINT) {
          return Optional.empty();
        }
        // Two halves of a pair, one after the other, make one character here as in PostgreSQL.
        value.appendCodePoint(codePoint);
        position = to;
      }
    }
    boolean halves =
        value
            .codePoints()
            .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    return halves ? Optional.empty() : Optional.of(value.toString());
  }

  private static boolean isEscape(char character) {
    return character != '+'
        && character != '\''
        && character != '"'
        && !SqlCharacters.isWhitespace(character)
        && !isHexadecimal(character);
  }

  /** The number that these digits are, or -1. */
  private static int hexadecimal(String text, int from, int to) {
    if (to > text.length()) {
      return -1;
    }
    for (int i = from; i < to; i++) {
      if (!isHexadecimal(text.charAt(i))) {
        return -1;
      }
    }
    return Integer.parseInt(text, from, to, 16);
  }

  private static boolean isHexadecimal(char character) {
    return character < 0x80 && Character.digit(character, 16) >= 0;
  }
}
