package io.github.dsqljava.local.sql;

/**
 * Finds the ends of numbers. PostgreSQL 16, "Numeric Constants": decimal, hexadecimal, octal and
 * binary integers, decimal fractions and exponents, with underscores between digits.
 */
final class SqlNumbers {
  private SqlNumbers() {}

  /**
   * Offset behind the number that begins, with a digit or with a dot and a digit, at a position.
   */
  static int end(String sql, int start) {
    if (charAt(sql, start) == '0') {
      int radix =
          switch (charAt(sql, start + 1)) {
            case 'x', 'X' -> 16;
            case 'o', 'O' -> 8;
            case 'b', 'B' -> 2;
            default -> 0;
          };
      int end = radix == 0 ? start : digits(sql, start + 2, radix, /* leadingUnderscore= */ true);
      if (radix != 0 && end > start + 2) {
        return end;
      }
    }
    int end = digits(sql, start, 10, /* leadingUnderscore= */ false);
    // Two dots are a token of their own: 1..10 is a range, not 1. and .10
    if (charAt(sql, end) == '.' && charAt(sql, end + 1) != '.') {
      end = digits(sql, end + 1, 10, /* leadingUnderscore= */ false);
    }
    char exponent = charAt(sql, end);
    if (exponent == 'e' || exponent == 'E') {
      char sign = charAt(sql, end + 1);
      int from = sign == '+' || sign == '-' ? end + 2 : end + 1;
      int exponentEnd = digits(sql, from, 10, /* leadingUnderscore= */ false);
      if (exponentEnd > from) {
        return exponentEnd;
      }
    }
    return end;
  }

  /** Digits with single underscores between them; without any digit the start comes back. */
  private static int digits(String sql, int start, int radix, boolean leadingUnderscore) {
    int position = start;
    boolean underscoreAllowed = leadingUnderscore;
    while (true) {
      boolean underscore = underscoreAllowed && charAt(sql, position) == '_';
      int digit = underscore ? position + 1 : position;
      if (!isDigit(charAt(sql, digit), radix)) {
        return position;
      }
      position = digit + 1;
      underscoreAllowed = true;
    }
  }

  /** ASCII digits only, unlike {@link Character#digit}. */
  private static boolean isDigit(char character, int radix) {
    return character < 0x80 && Character.digit(character, radix) >= 0;
  }

  private static char charAt(String sql, int position) {
    return position < sql.length() ? sql.charAt(position) : '\0';
  }
}
