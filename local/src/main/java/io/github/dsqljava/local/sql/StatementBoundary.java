package io.github.dsqljava.local.sql;

import io.github.dsqljava.local.sql.SqlToken.Kind;

/**
 * Finds the semicolons that end statements, among those that stand inside one: between parentheses
 * ({@code CREATE RULE ... DO (a; b)}) and in the body of a routine ({@code CREATE FUNCTION ...
 * BEGIN ATOMIC a; b; END}), where {@code CASE ... END} may be nested.
 *
 * <p>A text with unbalanced parentheses or blocks is split too rarely. That harms nothing, because
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
    /** What follows is a name, even if it looks like a key word: {@code AS end}, {@code t.end}. */
    NAME_FOLLOWS,
    OTHER
  }

  private Head head = Head.NOTHING;
  private Previous previous = Previous.OTHER;
  private int parentheses;

  /** Open {@code BEGIN ATOMIC} and the {@code CASE}s in it. */
  private int blocks;

  /**
   * Takes notice of the token at which a scanner stands, which must be no comment.
   *
   * @return whether it is a semicolon that ends a statement
   */
  boolean endsAt(SqlScanner token) {
    Kind kind = token.kind();
    if (kind == Kind.SEMICOLON && parentheses == 0 && blocks == 0) {
      head = Head.NOTHING;
      previous = Previous.OTHER;
      return true;
    }
    if (kind == Kind.LEFT_PARENTHESIS) {
      parentheses++;
    } else if (kind == Kind.RIGHT_PARENTHESIS && parentheses > 0) {
      parentheses--;
    } else if (head == Head.ROUTINE) {
      countBlocks(token);
    }
    head = nextHead(token);
    previous = nextPrevious(token);
    return false;
  }

  private void countBlocks(SqlScanner token) {
    if (blocks == 0) {
      if (previous == Previous.BEGIN && parentheses == 0 && token.is("ATOMIC")) {
        blocks = 1;
      }
    } else if (previous != Previous.NAME_FOLLOWS) {
      if (token.is("CASE")) {
        blocks++;
      } else if (token.is("END")) {
        blocks--;
      }
    }
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
    return token.kind() == Kind.DOT || token.is("AS") ? Previous.NAME_FOLLOWS : Previous.OTHER;
  }
}
