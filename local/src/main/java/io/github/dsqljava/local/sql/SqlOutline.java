package io.github.dsqljava.local.sql;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What the statements of a text are, as far as transactions are concerned.
 *
 * @param parts the statements in their order; empty ones are left out
 */
public record SqlOutline(List<Part> parts) {
  /** Kinds of statements. */
  public enum Kind {
    /** {@code BEGIN}, {@code START TRANSACTION}. */
    BEGIN,
    /** {@code COMMIT}, {@code END}. */
    COMMIT,
    /** {@code ROLLBACK}, {@code ABORT}. */
    ROLLBACK,
    /** {@code SAVEPOINT}, {@code RELEASE}, {@code ROLLBACK TO}. */
    SAVEPOINT,
    /** DDL, which includes {@code GRANT} and {@code REVOKE}. */
    SCHEMA_CHANGE,
    /** {@code SET}, {@code RESET}. */
    SETTING,
    OTHER;

    /** Whether it begins or ends a transaction. */
    public boolean isTransactionControl() {
      return this == BEGIN || this == COMMIT || this == ROLLBACK;
    }
  }

  /** What the words of a statement tell, wherever in it they stand. */
  public enum Word {
    /** {@code FOR UPDATE} and its like. */
    LOCKS_ROWS,
    /** {@code FOR KEY SHARE}. */
    SHARES_KEYS,
    /** {@code INSERT}, {@code UPDATE}, {@code DELETE}, {@code MERGE}. */
    CHANGES_ROWS,
    /** {@code REFERENCES}. */
    REFERENCES
  }

  /**
   * One statement.
   *
   * @param start offset of its first token
   * @param end offset behind its last token
   * @param words what is in it
   */
  public record Part(int start, int end, Kind kind, Set<Word> words) {
    /** Copies the words. */
    public Part {
      words = Set.copyOf(words);
    }

    /** Whether this is in it. */
    public boolean has(Word word) {
      return words.contains(word);
    }

    /** Whether it locks rows in so many words. */
    public boolean locksRows() {
      return has(Word.LOCKS_ROWS);
    }
  }

  /** Copies the parts. */
  public SqlOutline {
    parts = List.copyOf(parts);
  }

  /** Reads a text. Takes time proportional to its length and never fails. */
  public static SqlOutline of(String sql) {
    var parts = new ArrayList<Part>();
    var scanner = new SqlScanner(sql);
    var boundary = new StatementBoundary();
    var current = new Reading();
    while (scanner.advanceSignificant()) {
      if (!boundary.endsAt(scanner)) {
        current.take(scanner);
      } else if (current.start >= 0) {
        parts.add(current.part());
        current = new Reading();
      }
    }
    if (current.start >= 0) {
      parts.add(current.part());
    }
    return new SqlOutline(parts);
  }

  private static final class Reading {
    private int start = -1;
    private int end;
    private Kind kind = Kind.OTHER;
    private final Set<Word> words = EnumSet.noneOf(Word.class);
    private boolean afterFor;

    void take(SqlScanner token) {
      if (start < 0) {
        start = token.start();
        kind = kindOf(token);
      } else if (kind == Kind.ROLLBACK && token.is("TO")) {
        kind = Kind.SAVEPOINT;
      }
      if (afterFor
          && (token.is("UPDATE") || token.is("KEY") || token.is("NO") || token.is("SHARE"))) {
        words.add(Word.LOCKS_ROWS);
        if (token.is("KEY")) {
          words.add(Word.SHARES_KEYS);
        }
      } else if (token.is("INSERT")
          || token.is("UPDATE")
          || token.is("DELETE")
          || token.is("MERGE")) {
        words.add(Word.CHANGES_ROWS);
      } else if (token.is("REFERENCES")) {
        words.add(Word.REFERENCES);
      }
      afterFor = token.is("FOR");
      end = token.end();
    }

    private static Kind kindOf(SqlScanner token) {
      if (token.is("BEGIN") || token.is("START")) {
        return Kind.BEGIN;
      }
      if (token.is("COMMIT") || token.is("END")) {
        return Kind.COMMIT;
      }
      if (token.is("ROLLBACK") || token.is("ABORT")) {
        return Kind.ROLLBACK;
      }
      if (token.is("SAVEPOINT") || token.is("RELEASE")) {
        return Kind.SAVEPOINT;
      }
      if (token.is("CREATE")
          || token.is("ALTER")
          || token.is("DROP")
          || token.is("GRANT")
          || token.is("REVOKE")
          || token.is("COMMENT")
          || token.is("TRUNCATE")) {
        return Kind.SCHEMA_CHANGE;
      }
      return token.is("SET") || token.is("RESET") ? Kind.SETTING : Kind.OTHER;
    }

    Part part() {
      return new Part(start, end, kind, words);
    }
  }
}
