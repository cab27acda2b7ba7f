package io.github.dsqljava.local.sql;

import io.github.dsqljava.local.sql.SqlToken.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits SQL text into the tokens that the scanner of PostgreSQL 16 would see, with {@code
 * standard_conforming_strings} on, as it always is in Aurora DSQL.
 *
 * <p>A cursor: {@link #advance} moves to the next token, comments included, and nothing is
 * allocated. Tokens follow one another without overlap, and only white space lies between them. Any
 * text whatsoever can be scanned, in a time proportional to its length. A string constant continued
 * on the next line is one token, because the continuation has no prefix of its own.
 *
 * <p>Not thread-safe.
 */
public final class SqlScanner {
  private final String sql;
  private final int length;
  private final OperatorRun operators;

  private Kind kind = Kind.OTHER;
  private int start;
  private int end;

  /** A scanner that stands before the first token of a text. */
  public SqlScanner(String sql) {
    this.sql = sql;
    this.length = sql.length();
    this.operators = new OperatorRun(sql);
  }

  /** All tokens of a text, comments included. */
  static List<SqlToken> tokens(String sql) {
    var tokens = new ArrayList<SqlToken>();
    var scanner = new SqlScanner(sql);
    while (scanner.advance()) {
      tokens.add(scanner.token());
    }
    return tokens;
  }

  /** Moves to the next token; false at the end of the text. */
  public boolean advance() {
    start = skipWhitespace(end);
    if (start == length) {
      end = length;
      return false;
    }
    scan(sql.charAt(start));
    return true;
  }

  /** Moves to the next token that is no comment; false at the end of the text. */
  public boolean advanceSignificant() {
    while (advance()) {
      if (kind.isSignificant()) {
        return true;
      }
    }
    return false;
  }

  /** The kind of the current token. */
  public Kind kind() {
    return kind;
  }

  /** Offset of its first character. */
  public int start() {
    return start;
  }

  /** Offset behind its last character. */
  public int end() {
    return end;
  }

  /** Whether the token is a key word, given in upper case. */
  public boolean is(String keyword) {
    return kind == Kind.IDENTIFIER && SqlToken.equalsKeyword(sql, start, end, keyword);
  }

  /** The current token, as a value of its own. */
  public SqlToken token() {
    return new SqlToken(sql, kind, start, end);
  }

  private void scan(char first) {
    switch (first) {
      case '\'' -> standardString(Kind.STRING, start + 1);
      case '"' -> quotedIdentifier(Kind.QUOTED_IDENTIFIER, start + 1);
      case '$' -> dollar();
      case '(' -> finish(Kind.LEFT_PARENTHESIS, start + 1);
      case ')' -> finish(Kind.RIGHT_PARENTHESIS, start + 1);
      case '[' -> finish(Kind.LEFT_BRACKET, start + 1);
      case ']' -> finish(Kind.RIGHT_BRACKET, start + 1);
      case ',' -> finish(Kind.COMMA, start + 1);
      case ';' -> finish(Kind.SEMICOLON, start + 1);
      case ':' -> colon();
      case '.' -> dot();
      default -> scanWordNumberOrOperator(first);
    }
  }

  private void scanWordNumberOrOperator(char first) {
    if (SqlCharacters.isDigit(first)) {
      finish(Kind.NUMBER, SqlNumbers.end(sql, start));
    } else if (SqlCharacters.startsIdentifier(first)) {
      word(first);
    } else if (sql.startsWith("--", start)) {
      finish(Kind.COMMENT, SqlCharacters.lineEnd(sql, start));
    } else if (sql.startsWith("/*", start)) {
      blockComment();
    } else if (SqlCharacters.isOperator(first)) {
      finish(Kind.OPERATOR, operators.end(start));
    } else {
      finish(Kind.OTHER, start + 1);
    }
  }

  /** A letter may be the prefix of a constant, if the quote follows at once. */
  private void word(char first) {
    char second = charAt(start + 1);
    if (second == '\'') {
      switch (first) {
        case 'e', 'E' -> escapeString();
        case 'n', 'N' -> standardString(Kind.NATIONAL_STRING, start + 2);
        case 'b', 'B', 'x', 'X' -> bitString();
        default -> identifier();
      }
    } else if (second == '&' && (first == 'u' || first == 'U') && charAt(start + 2) == '\'') {
      standardString(Kind.UNICODE_STRING, start + 3);
    } else if (second == '&' && (first == 'u' || first == 'U') && charAt(start + 2) == '"') {
      quotedIdentifier(Kind.UNICODE_IDENTIFIER, start + 3);
    } else {
      identifier();
    }
  }

  private void identifier() {
    int position = start + 1;
    while (position < length && SqlCharacters.continuesIdentifier(sql.charAt(position))) {
      position++;
    }
    finish(Kind.IDENTIFIER, position);
  }

  private void quotedIdentifier(Kind terminated, int position) {
    int quote = sql.indexOf('"', position);
    while (quote >= 0 && charAt(quote + 1) == '"') {
      quote = sql.indexOf('"', quote + 2);
    }
    finishAt(terminated, quote);
  }

  private void standardString(Kind terminated, int position) {
    int quote = sql.indexOf('\'', position);
    while (quote >= 0) {
      int next = charAt(quote + 1) == '\'' ? quote + 2 : SqlCharacters.continuation(sql, quote + 1);
      if (next < 0) {
        break;
      }
      quote = sql.indexOf('\'', next);
    }
    finishAt(terminated, quote);
  }

  private void bitString() {
    int quote = sql.indexOf('\'', start + 2);
    while (quote >= 0) {
      int next = SqlCharacters.continuation(sql, quote + 1);
      if (next < 0) {
        break;
      }
      quote = sql.indexOf('\'', next);
    }
    finishAt(Kind.BIT_STRING, quote);
  }

  private void escapeString() {
    int position = start + 2;
    while (position < length) {
      char character = sql.charAt(position);
      if (character == '\\') {
        position += 2;
      } else if (character != '\'') {
        position++;
      } else if (charAt(position + 1) == '\'') {
        position += 2;
      } else {
        int next = SqlCharacters.continuation(sql, position + 1);
        if (next < 0) {
          finish(Kind.ESCAPE_STRING, position + 1);
          return;
        }
        position = next;
      }
    }
    finish(Kind.UNTERMINATED, length);
  }

  private void dollar() {
    char second = charAt(start + 1);
    if (SqlCharacters.isDigit(second)) {
      int position = start + 2;
      while (SqlCharacters.isDigit(charAt(position))) {
        position++;
      }
      finish(Kind.PARAMETER, position);
      return;
    }
    int tagEnd = start + 1;
    if (SqlCharacters.startsIdentifier(second)) {
      // A tag is an identifier without a dollar sign.
      while (tagEnd < length
          && sql.charAt(tagEnd) != '$'
          && SqlCharacters.continuesIdentifier(sql.charAt(tagEnd))) {
        tagEnd++;
      }
    }
    if (charAt(tagEnd) != '$') {
      finish(Kind.OTHER, start + 1);
      return;
    }
    int size = tagEnd + 1 - start;
    int close = sql.indexOf('$', tagEnd + 1);
    // Linear: the delimiter has no dollar sign inside, so comparisons never overlap.
    while (close >= 0 && !sql.regionMatches(close, sql, start, size)) {
      close = sql.indexOf('$', close + 1);
    }
    finishAt(Kind.DOLLAR_STRING, close < 0 ? -1 : close + size - 1);
  }

  private void colon() {
    switch (charAt(start + 1)) {
      case ':' -> finish(Kind.TYPE_CAST, start + 2);
      case '=' -> finish(Kind.COLON_EQUALS, start + 2);
      default -> finish(Kind.COLON, start + 1);
    }
  }

  private void dot() {
    char second = charAt(start + 1);
    if (second == '.') {
      finish(Kind.DOT_DOT, start + 2);
    } else if (SqlCharacters.isDigit(second)) {
      finish(Kind.NUMBER, SqlNumbers.end(sql, start));
    } else {
      finish(Kind.DOT, start + 1);
    }
  }

  private void blockComment() {
    int depth = 1;
    int position = start + 2;
    while (position < length) {
      if (sql.startsWith("/*", position)) {
        depth++;
        position += 2;
      } else if (sql.startsWith("*/", position)) {
        depth--;
        position += 2;
        if (depth == 0) {
          finish(Kind.COMMENT, position);
          return;
        }
      } else {
        position++;
      }
    }
    finish(Kind.UNTERMINATED, length);
  }

  private int skipWhitespace(int from) {
    int position = from;
    while (position < length && SqlCharacters.isWhitespace(sql.charAt(position))) {
      position++;
    }
    return position;
  }

  /** The character at a position, or a zero, which no SQL text can hold, behind the end. */
  private char charAt(int position) {
    return position < length ? sql.charAt(position) : '\0';
  }

  /** Ends the token at its last character, or, if there is none, at the end of the text. */
  private void finishAt(Kind terminated, int last) {
    if (last < 0) {
      finish(Kind.UNTERMINATED, length);
    } else {
      finish(terminated, last + 1);
    }
  }

  private void finish(Kind newKind, int newEnd) {
    kind = newKind;
    end = newEnd;
  }
}
