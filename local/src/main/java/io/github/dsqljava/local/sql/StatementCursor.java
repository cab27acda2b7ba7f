package io.github.dsqljava.local.sql;

import java.util.Optional;

/** Reads the tokens of a statement from left to right. */
final class StatementCursor {
  private final SqlStatement statement;
  private int position;

  StatementCursor(SqlStatement statement) {
    this.statement = statement;
  }

  /** Steps over these key words, in upper case, if all of them follow; otherwise stays. */
  boolean accept(String... keywords) {
    if (remaining() < keywords.length) {
      return false;
    }
    for (int i = 0; i < keywords.length; i++) {
      if (!statement.tokens().get(position + i).is(keywords[i])) {
        return false;
      }
    }
    position += keywords.length;
    return true;
  }

  /** Steps over a token of this kind, if it follows. */
  boolean accept(SqlToken.Kind kind) {
    if (atEnd() || statement.tokens().get(position).kind() != kind) {
      return false;
    }
    position++;
    return true;
  }

  /** Steps over an operator, if it follows. */
  boolean acceptOperator(String operator) {
    if (atEnd() || !statement.tokens().get(position).isOperator(operator)) {
      return false;
    }
    position++;
    return true;
  }

  /** Steps over the next token, whatever it is, and gives the name it stands for. */
  Optional<String> name() {
    return atEnd() ? Optional.empty() : statement.tokens().get(position++).name();
  }

  /** Steps over {@code U&"name"}, with its escape character, if it follows. */
  boolean acceptUnicodeIdentifier() {
    if (!accept(SqlToken.Kind.UNICODE_IDENTIFIER)) {
      return false;
    }
    if (accept("UESCAPE")) {
      string();
    }
    return true;
  }

  /** Steps over the next token, whatever it is, and gives the string it stands for. */
  Optional<String> string() {
    return atEnd() ? Optional.empty() : statement.tokens().get(position++).string();
  }

  boolean atEnd() {
    return remaining() == 0;
  }

  private int remaining() {
    return statement.tokens().size() - position;
  }
}
