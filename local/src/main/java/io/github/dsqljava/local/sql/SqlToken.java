package io.github.dsqljava.local.sql;

/**
 * A token of SQL text: its position and its kind. The text itself is cut out only on demand.
 *
 * @param sql the whole text
 * @param start offset of the first character, in UTF-16 units
 * @param end offset behind the last character
 */
public record SqlToken(String sql, Kind kind, int start, int end) {

  /** The kinds of tokens, following PostgreSQL 16, "Lexical structure". */
  public enum Kind {
    /** Key word or name without quotes. */
    IDENTIFIER,
    /** {@code "name"}. */
    QUOTED_IDENTIFIER,
    /** {@code U&"name"}. */
    UNICODE_IDENTIFIER,
    /** {@code 'text'}, in which a backslash means itself. */
    STRING,
    /** {@code E'text'}. */
    ESCAPE_STRING,
    /** {@code U&'text'}. */
    UNICODE_STRING,
    /** {@code N'text'}. */
    NATIONAL_STRING,
    /** {@code B'01'} or {@code X'1f'}. */
    BIT_STRING,
    /** {@code $tag$text$tag$}. */
    DOLLAR_STRING,
    /** {@code $1}. */
    PARAMETER,
    /** Integer or decimal number; a sign in front is an operator. */
    NUMBER,
    OPERATOR,
    /** {@code ::}. */
    TYPE_CAST,
    /** {@code :=}. */
    COLON_EQUALS,
    /** {@code ..}. */
    DOT_DOT,
    LEFT_PARENTHESIS,
    RIGHT_PARENTHESIS,
    LEFT_BRACKET,
    RIGHT_BRACKET,
    COMMA,
    SEMICOLON,
    COLON,
    DOT,
    /** Line comment without its line end, or block comment. */
    COMMENT,
    /** A quotation or comment that begins here and never ends; reaches to the end of the text. */
    UNTERMINATED,
    /** A character that means nothing in SQL. */
    OTHER;

    /** Whether a token of this kind counts for the grammar. */
    boolean isSignificant() {
      return this != COMMENT;
    }
  }

  /** Returns the characters of the token. */
  public String text() {
    return sql.substring(start, end);
  }

  /**
   * Whether the token is a key word.
   *
   * @param keyword in upper case
   */
  public boolean is(String keyword) {
    return kind == Kind.IDENTIFIER && equalsKeyword(sql, start, end, keyword);
  }

  /** Whether the token is exactly this operator. */
  public boolean isOperator(String operator) {
    return kind == Kind.OPERATOR
        && end - start == operator.length()
        && sql.startsWith(operator, start);
  }

  /**
   * Folds ASCII only: PostgreSQL does not take a dotless i or a long s for letters of a key word.
   */
  static boolean equalsKeyword(String sql, int start, int end, String keyword) {
    if (end - start != keyword.length()) {
      return false;
    }
    for (int i = 0; i < keyword.length(); i++) {
      if (SqlCharacters.upperCase(sql.charAt(start + i)) != keyword.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
