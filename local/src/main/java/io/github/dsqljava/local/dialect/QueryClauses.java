package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken;
import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Finds clauses that are refused wherever a query can stand: in SELECT, in INSERT, in the
 * definition of a view.
 *
 * <p>NOWAIT and SKIP LOCKED mean nothing to Aurora DSQL, which never waits for a lock. This class
 * blanks them so that PostgreSQL does not obey them.
 */
final class QueryClauses implements ClauseFinder {
  /** Words behind a name that happens to be {@code tablesample}; all of them are reserved. */
  private static final Set<String> AFTER_ALIAS =
      Set.of(
          "FROM",
          "WHERE",
          "UNION",
          "INTERSECT",
          "EXCEPT",
          "HAVING",
          "GROUP",
          "ORDER",
          "LIMIT",
          "OFFSET",
          "FETCH",
          "FOR",
          "WINDOW",
          "INTO");

  @Override
  public void find(StatementCursor statement, Draft draft) {
    new Walk(statement, draft).run();
  }

  /** One pass over the tokens, at all depths. */
  private static final class Walk {
    private final StatementCursor cursor;
    private final Draft draft;

    private boolean first = true;
    private boolean afterName;
    private boolean afterTarget;
    private boolean afterSubstring;
    private int depth;
    private int leading;

    /** One bit for each open parenthesis: whether FOR in it is a part of an argument list. */
    private long substrings;

    Walk(StatementCursor cursor, Draft draft) {
      this.cursor = cursor;
      this.draft = draft;
    }

    void run() {
      while (!cursor.atEnd()) {
        SqlToken token = cursor.token();
        step(token);
        // A label or a part of a qualified name comes next, even if it looks like a key word.
        afterName = token.kind() == Kind.DOT || token.is("AS");
        afterTarget = token.is("INSERT") || token.is("MERGE");
        afterSubstring = token.is("SUBSTRING") || token.is("OVERLAY");
        first &= token.kind() == Kind.LEFT_PARENTHESIS;
        if (first) {
          leading++;
        }
        cursor.skip();
      }
    }

    private void step(SqlToken token) {
      switch (token.kind()) {
        case LEFT_PARENTHESIS -> {
          substrings = substrings << 1 | (afterSubstring ? 1 : 0);
          depth++;
        }
        case RIGHT_PARENTHESIS -> {
          substrings >>>= 1;
          depth--;
        }
        case IDENTIFIER, QUOTED_IDENTIFIER, UNICODE_IDENTIFIER -> word(token);
        default -> {}
      }
    }

    private void word(SqlToken token) {
      if (AdvisoryLocks.mayBe(token)) {
        advisoryLock();
      } else if (afterName) {
        return;
      } else if (token.is("FOR") && (substrings & 1) == 0) {
        locking();
      } else if (token.is("INTO") && !afterTarget && depth <= leading) {
        selectInto();
      } else if (token.is("TABLESAMPLE") && isSampleMethodNext()) {
        draft.found(Clause.TABLESAMPLE);
      }
    }

    private void selectInto() {
      if (draft.isSelect()) {
        draft.found(Clause.SELECT_INTO);
        draft.is("CreateTableAs", StatementClass.DDL, TransactionEffect.DDL);
      }
    }

    private void locking() {
      if (cursor.at("FOR", "SHARE") || cursor.at("FOR", "NO", "KEY", "UPDATE")) {
        draft.found(Clause.LOCKING);
        return;
      }
      StatementCursor ahead = cursor.copy();
      if (!ahead.accept("FOR", "UPDATE") && !ahead.accept("FOR", "KEY", "SHARE")) {
        return;
      }
      if (ahead.accept("OF")) {
        do {
          ahead.qualifiedName();
        } while (ahead.accept(Kind.COMMA));
      }
      if (ahead.at("NOWAIT")) {
        draft.blank(ahead.token());
      } else if (ahead.at("SKIP", "LOCKED")) {
        draft.blank(ahead.token());
        ahead.skip();
        draft.blank(ahead.token());
      }
    }

    private boolean isSampleMethodNext() {
      StatementCursor ahead = cursor.copy();
      ahead.skip();
      if (ahead.atEnd()) {
        return false;
      }
      SqlToken method = ahead.token();
      return ahead.identifier().isPresent()
          && !(method.kind() == Kind.IDENTIFIER
              && AFTER_ALIAS.contains(method.text().toUpperCase(Locale.ROOT)));
    }

    private void advisoryLock() {
      StatementCursor ahead = cursor.copy();
      Optional<String> name = ahead.identifier().filter(AdvisoryLocks::isName);
      if (name.isPresent() && ahead.at(Kind.LEFT_PARENTHESIS)) {
        draft.found(Clause.ADVISORY_LOCK, name.get());
      }
    }
  }
}
