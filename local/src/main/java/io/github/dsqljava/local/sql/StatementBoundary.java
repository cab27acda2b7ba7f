package io.github.dsqljava.local.sql;

import io.github.dsqljava.local.sql.SqlToken.Kind;

/**
 * Finds the semicolons that end statements, among those that stand inside one: between parentheses
 * ({@code CREATE RULE ... DO (a; b)}) and in the body of a routine ({@code CREATE FUNCTION ...
 * BEGIN ATOMIC a; b; END}). Such a body ends with the {@code END} that follows a semicolon, or
 * {@code ATOMIC}, at once. Any other one ends a {@code CASE}, or is the label of a column.
 *
 * <p>A text with unbalanced parentheses or blocks is split too rarely. That is harmless, because
 * PostgreSQL parses the whole text before it runs any of it, and refuses it.
 */
final class StatementBoundary {
  private enum Head {
    NOTHING,
    CREATE,
    CREATE_OR,
    CREATE_OR_REPLACE,
    ROUTINE,
    OTHER
  }

  private enum Previous {
    BEGIN,
    /** A statement of a body begins, or the body ends. */
    STATEMENT_FOLLOWS,
    OTHER
  }

  private Head head = Head.NOTHING;
  private Previous previous = Previous.OTHER;
  private int parentheses;

  /** Whether {@code BEGIN ATOMIC} is open. */
  private boolean body;

  /**
   * Takes the current token of a scanner, which must not be a comment.
   *
   * @return whether it is a semicolon that ends a statement
   */
  boolean endsAt(SqlScanner token) {
    Kind kind = token.kind();
    if (kind == Kind.SEMICOLON && parentheses == 0 && !body) {
      head = Head.NOTHING;
      previous = Previous.OTHER;
      return true;
    }
    if (kind == Kind.LEFT_PARENTHESIS) {
      parentheses++;
    } else if (kind == Kind.RIGHT_PARENTHESIS && parentheses > 0) {
      parentheses--;
    } else if (head == Head.ROUTINE) {
      body = body ? !endsBody(token) : beginsBody(token);
    }
    head = nextHead(token);
    previous = nextPrevious(token);
    return false;
  }

  private boolean beginsBody(SqlScanner token) {
    return previous == Previous.BEGIN && parentheses == 0 && token.is("ATOMIC");
  }

  private boolean endsBody(SqlScanner token) {
    return previous == Previous.STATEMENT_FOLLOWS && token.is("END");
  }

  private Head nextHead(SqlScanner token) {
    return switch (head) {
      case NOTHING -> token.is("CREATE") ? Head.CREATE : Head.OTHER;
      case CREATE -> token.is("OR") ? Head.CREATE_OR : routine(token);
      case CREATE_OR -> token.is("REPLACE") ? Head.CREATE_OR_REPLACE : Head.OTHER;
      case CREATE_OR_REPLACE -> routine(token);
      case ROUTINE -> Head.ROUTINE;
      case OTHER -> Head.OTHER;
    };
  }

  private static Head routine(SqlScanner token) {
    return token.is("FUNCTION") || token.is("PROCEDURE") ? Head.ROUTINE : Head.OTHER;
  }

  private Previous nextPrevious(SqlScanner token) {
    // Only the inside of a routine asks.
    if (head != Head.ROUTINE) {
      return Previous.OTHER;
    }
    if (token.is("BEGIN")) {
      return Previous.BEGIN;
    }
    boolean statementFollows =
        token.kind() == Kind.SEMICOLON ? parentheses == 0 : body && beginsBody(token);
    return statementFollows ? Previous.STATEMENT_FOLLOWS : Previous.OTHER;
  }
}
