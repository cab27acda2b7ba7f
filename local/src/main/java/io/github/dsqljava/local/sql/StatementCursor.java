package io.github.dsqljava.local.sql;

import java.util.Optional;

/** Reads the tokens of a statement, or of a part of it, from left to right. Not thread-safe. */
public final class StatementCursor {
  private final SqlStatement statement;
  private final int limit;
  private int position;

  /** A cursor that stands before the first token of a statement. */
  public StatementCursor(SqlStatement statement) {
    this(statement, 0, statement.size());
  }

  private StatementCursor(SqlStatement statement, int position, int limit) {
    this.statement = statement;
    this.position = position;
    this.limit = limit;
  }

  /** Another cursor that stands where this one does, for a look ahead. */
  public StatementCursor copy() {
    return new StatementCursor(statement, position, limit);
  }

  /** The token at which the cursor stands, which must not be at its end. */
  public SqlToken token() {
    return statement.token(position);
  }

  /** Steps over one token, if there is one. */
  public void skip() {
    if (!atEnd()) {
      position++;
    }
  }

  /** Whether these key words, in upper case, follow. */
  public boolean at(String... keywords) {
    if (remaining() < keywords.length) {
      return false;
    }
    for (int i = 0; i < keywords.length; i++) {
      if (!statement.is(position + i, keywords[i])) {
        return false;
      }
    }
    return true;
  }

  /** Whether a token of this kind follows. */
  public boolean at(SqlToken.Kind kind) {
    return !atEnd() && statement.kind(position) == kind;
  }

  /**
   * Steps over one token, or over a whole group if it is a parenthesis that opens. An unclosed
   * group reaches to the end.
   */
  public void skipGroup() {
    if (at(SqlToken.Kind.LEFT_PARENTHESIS)) {
      group();
    } else {
      skip();
    }
  }

  /**
   * Steps over a group in parentheses and gives a cursor over what is inside; if none follows, it
   * stays, and the cursor given is at its end.
   */
  public StatementCursor group() {
    if (!at(SqlToken.Kind.LEFT_PARENTHESIS)) {
      return new StatementCursor(statement, position, position);
    }
    int from = position + 1;
    int depth = 0;
    while (!atEnd()) {
      SqlToken.Kind kind = statement.kind(position);
      position++;
      if (kind == SqlToken.Kind.LEFT_PARENTHESIS) {
        depth++;
      } else if (kind == SqlToken.Kind.RIGHT_PARENTHESIS && --depth == 0) {
        return new StatementCursor(statement, from, position - 1);
      }
    }
    return new StatementCursor(statement, from, position);
  }

  /**
   * Steps over the next element of a list, and its comma, and gives a cursor over the element.
   * Commas in parentheses and brackets are part of it.
   */
  public StatementCursor element() {
    int from = position;
    int brackets = 0;
    while (!atEnd() && (brackets > 0 || !at(SqlToken.Kind.COMMA))) {
      if (at(SqlToken.Kind.LEFT_BRACKET)) {
        brackets++;
      } else if (at(SqlToken.Kind.RIGHT_BRACKET)) {
        brackets--;
      }
      skipGroup();
    }
    int to = position;
    skip();
    return new StatementCursor(statement, from, to);
  }

  /**
   * Steps to the next place outside parentheses where these key words follow; stays if there is
   * none.
   */
  public boolean seek(String... keywords) {
    StatementCursor ahead = copy();
    while (!ahead.atEnd()) {
      if (ahead.at(keywords)) {
        position = ahead.position;
        return true;
      }
      ahead.skipGroup();
    }
    return false;
  }

  /** Whether these key words follow somewhere outside parentheses. */
  public boolean holds(String... keywords) {
    return copy().seek(keywords);
  }

  /**
   * Steps over a name in any notation, key words included, if one follows; otherwise stays. Empty
   * also for a name that PostgreSQL refuses, which is stepped over.
   */
  public Optional<String> identifier() {
    if (at(SqlToken.Kind.UNICODE_IDENTIFIER)) {
      SqlToken name = token();
      skip();
      char escape = '\\';
      if (accept("UESCAPE") && !atEnd()) {
        escape =
            string().filter(text -> text.length() == 1).map(text -> text.charAt(0)).orElse(' ');
      }
      return SqlUnicode.valueOf(name, escape);
    }
    return at(SqlToken.Kind.IDENTIFIER) || at(SqlToken.Kind.QUOTED_IDENTIFIER)
        ? name()
        : Optional.empty();
  }

  /** Steps over a name with any qualification, and gives its last part. */
  public Optional<String> qualifiedName() {
    Optional<String> last = identifier();
    while (accept(SqlToken.Kind.DOT)) {
      last = identifier();
    }
    return last;
  }

  /** Steps over these key words, in upper case, if all of them follow; otherwise stays. */
  public boolean accept(String... keywords) {
    if (!at(keywords)) {
      return false;
    }
    position += keywords.length;
    return true;
  }

  /** Steps over a token of this kind, if it follows. */
  public boolean accept(SqlToken.Kind kind) {
    if (!at(kind)) {
      return false;
    }
    position++;
    return true;
  }

  /** Steps over an operator, if it follows. */
  public boolean acceptOperator(String operator) {
    if (atEnd() || !token().isOperator(operator)) {
      return false;
    }
    position++;
    return true;
  }

  /** Steps over the next token of any kind, and gives the name it stands for. */
  public Optional<String> name() {
    return atEnd() ? Optional.empty() : SqlNames.nameOf(statement.token(position++));
  }

  /** Steps over the next token of any kind, and gives the string it stands for. */
  public Optional<String> string() {
    return atEnd() ? Optional.empty() : SqlStrings.valueOf(statement.token(position++));
  }

  /** Whether there is nothing left to read. */
  public boolean atEnd() {
    return remaining() == 0;
  }

  private int remaining() {
    return limit - position;
  }
}
