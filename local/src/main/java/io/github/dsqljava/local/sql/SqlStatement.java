package io.github.dsqljava.local.sql;

import io.github.dsqljava.local.sql.SqlToken.Kind;
import java.util.Arrays;

/**
 * One statement of a text, or a part of one: its tokens without comments and without the closing
 * semicolon. Immutable.
 *
 * <p>Tokens are kept as numbers: every statement of every client becomes one of these, and callers
 * need little more than the kind of most tokens.
 */
public final class SqlStatement {
  private static final Kind[] KINDS = Kind.values();

  private final String sql;
  private final byte[] kinds;
  private final int[] starts;
  private final int[] ends;
  private final int from;
  private final int to;

  private SqlStatement(String sql, byte[] kinds, int[] starts, int[] ends, int from, int to) {
    this.sql = sql;
    this.kinds = kinds;
    this.starts = starts;
    this.ends = ends;
    this.from = from;
    this.to = to;
  }

  /** Returns the number of tokens, at least one. */
  public int size() {
    return to - from;
  }

  /** Returns the tokens from an index up to another one, which must be larger. */
  public SqlStatement part(int first, int end) {
    if (first < 0 || end > size() || first >= end) {
      throw new IllegalArgumentException(first + " to " + end + " of " + size() + " tokens");
    }
    return new SqlStatement(sql, kinds, starts, ends, from + first, from + end);
  }

  /** Returns the kind of a token. */
  public Kind kind(int index) {
    return KINDS[kinds[from + index]];
  }

  /** Whether a token is a key word, given in upper case. */
  public boolean is(int index, String keyword) {
    int at = from + index;
    return kinds[at] == Kind.IDENTIFIER.ordinal()
        && SqlToken.equalsKeyword(sql, starts[at], ends[at], keyword);
  }

  /** Returns the number of characters of a token. */
  public int length(int index) {
    return ends[from + index] - starts[from + index];
  }

  /** Returns a token as a value of its own. */
  public SqlToken token(int index) {
    int at = from + index;
    return new SqlToken(sql, KINDS[kinds[at]], starts[at], ends[at]);
  }

  /** Returns the whole text that it stands in. */
  public String sql() {
    return sql;
  }

  /** Returns the offset of the first token in the text. */
  public int start() {
    return starts[from];
  }

  /** Returns the offset behind the last token. */
  public int end() {
    return ends[to - 1];
  }

  /** Returns the statement as it stands in the text, with the comments inside it. */
  public String text() {
    return sql.substring(start(), end());
  }

  /** Shows the text. */
  @Override
  public String toString() {
    return "SqlStatement[" + text() + "]";
  }

  /** Collects the tokens of one statement after the other. */
  static final class Collector {
    private static final int FEW = 32;

    private byte[] kinds = new byte[FEW];
    private int[] starts = new int[FEW];
    private int[] ends = new int[FEW];
    private int size;

    void add(SqlScanner token) {
      if (size == kinds.length) {
        kinds = Arrays.copyOf(kinds, 2 * size);
        starts = Arrays.copyOf(starts, 2 * size);
        ends = Arrays.copyOf(ends, 2 * size);
      }
      kinds[size] = (byte) token.kind().ordinal();
      starts[size] = token.start();
      ends[size] = token.end();
      size++;
    }

    boolean isEmpty() {
      return size == 0;
    }

    /** Returns the collected statement, and begins a new one. */
    SqlStatement take(String sql) {
      SqlStatement statement =
          new SqlStatement(
              sql,
              Arrays.copyOf(kinds, size),
              Arrays.copyOf(starts, size),
              Arrays.copyOf(ends, size),
              0,
              size);
      size = 0;
      return statement;
    }
  }
}
