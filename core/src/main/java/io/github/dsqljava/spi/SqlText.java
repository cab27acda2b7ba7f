package io.github.dsqljava.spi;

import java.util.Locale;

/**
 * Examines a statement's text without parsing it. In doubt the answers make the caller take the
 * slower way.
 */
public final class SqlText {

  /** The function that changes settings, and the view whose UPDATE calls it. */
  private static final String[] SETTERS = {"set_config", "pg_settings"};

  private SqlText() {}

  /** Whether there may be more than one statement; a semicolon at the end does not count. */
  public static boolean hasInnerSemicolon(String sql) {
    int semicolon = sql.indexOf(';');
    return semicolon >= 0 && semicolon < sql.stripTrailing().length() - 1;
  }

  /**
   * Whether a statement may change settings of the session although the server's command tag is not
   * SET: it contains the name of a function or view that does so, or a name with Unicode escapes.
   * It does not see the body of a user's own function or view.
   */
  public static boolean mayChangeSettings(String sql) {
    for (int at = 0; at < sql.length(); at++) {
      if (namesSetter(sql, at)) {
        return true;
      }
    }
    return false;
  }

  private static boolean namesSetter(String sql, int at) {
    switch (sql.charAt(at)) {
      case 'u', 'U' -> {
        return sql.startsWith("&\"", at + 1);
      }
      case 's', 'S', 'p', 'P' -> {
        for (String name : SETTERS) {
          if (sql.regionMatches(/* ignoreCase= */ true, at, name, 0, name.length())) {
            return true;
          }
        }
        return false;
      }
      default -> {
        return false;
      }
    }
  }

  /** The first word in upper case; empty where something else comes first, such as a comment. */
  public static String firstWord(String sql) {
    int start = 0;
    while (start < sql.length() && isSpace(sql.charAt(start))) {
      start++;
    }
    return wordAt(sql, start);
  }

  /** The word that begins at an offset, in upper case; empty if none does. */
  public static String wordAt(String sql, int start) {
    int end = start;
    while (end < sql.length() && isLetter(sql.charAt(end))) {
      end++;
    }
    return sql.substring(start, end).toUpperCase(Locale.ROOT);
  }

  /** Whether PostgreSQL skips a character between words. */
  public static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
