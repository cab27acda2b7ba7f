package io.github.dsqljava.local.sql;

/** Classes of characters, and what a line is, for the scanner of PostgreSQL 16. */
final class SqlCharacters {
  private SqlCharacters() {}

  /** Excludes the vertical tab, which has no meaning in PostgreSQL 16. */
  static boolean isWhitespace(char character) {
    return switch (character) {
      case ' ', '\t', '\n', '\f', '\r' -> true;
      default -> false;
    };
  }

  static boolean isNewline(char character) {
    return character == '\n' || character == '\r';
  }

  static boolean isDigit(char character) {
    return character >= '0' && character <= '9';
  }

  /** Everything beyond ASCII is a letter, because PostgreSQL looks at bytes here. */
  static boolean startsIdentifier(char character) {
    return (character >= 'a' && character <= 'z')
        || (character >= 'A' && character <= 'Z')
        || character == '_'
        || character >= 0x80;
  }

  static boolean continuesIdentifier(char character) {
    return startsIdentifier(character) || isDigit(character) || character == '$';
  }

  /** In upper case if it is an ASCII letter. */
  static char upperCase(char character) {
    return character >= 'a' && character <= 'z' ? (char) (character - 'a' + 'A') : character;
  }

  static boolean isOperator(char character) {
    return switch (character) {
      case '+', '-', '*', '/', '<', '>', '=' -> true;
      default -> isUncommonOperator(character);
    };
  }

  /** Operator characters that standard SQL does not use, and that allow a + or - at the end. */
  static boolean isUncommonOperator(char character) {
    return switch (character) {
      case '~', '!', '@', '#', '%', '^', '&', '|', '`', '?' -> true;
      default -> false;
    };
  }

  /** Offset of the line end at or after a position, or the end of the text. */
  static int lineEnd(String sql, int from) {
    int position = from;
    while (position < sql.length() && !isNewline(sql.charAt(position))) {
      position++;
    }
    return position;
  }

  /**
   * Finds the continuation of a string constant: another quote after at least one line end, with
   * only white space and line comments between.
   *
   * @param from offset behind the closing quote
   * @return offset behind the quote that opens again, or -1
   */
  static int continuation(String sql, int from) {
    boolean newline = false;
    int position = from;
    while (position < sql.length()) {
      char character = sql.charAt(position);
      if (isWhitespace(character)) {
        newline |= isNewline(character);
        position++;
      } else if (sql.startsWith("--", position)) {
        position = lineEnd(sql, position);
      } else {
        return newline && character == '\'' ? position + 1 : -1;
      }
    }
    return -1;
  }
}
