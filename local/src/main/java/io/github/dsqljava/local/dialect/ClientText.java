package io.github.dsqljava.local.dialect;

import java.util.List;

/**
 * The SQL of one message.
 *
 * @param sent the client's own text
 * @param given the text for PostgreSQL: the same, except for statements that have a replacement
 * @param statements in their order; several in a Query message, at most one in a Parse message that
 *     PostgreSQL takes
 * @param starts the offset of each statement in the text for PostgreSQL
 */
public record ClientText(
    String sent, String given, List<Statement> statements, List<Integer> starts) {
  /** Stands for an unknown text. */
  public static final ClientText UNKNOWN = new ClientText("", "", List.of(), List.of());

  /** Copies the lists. */
  public ClientText {
    statements = List.copyOf(statements);
    starts = List.copyOf(starts);
  }

  /**
   * Puts the replacements into the text.
   *
   * @param read the text that the statements were read from, as long as what the client sent
   */
  static ClientText of(String sent, String read, List<Statement> statements) {
    Integer[] starts = new Integer[statements.size()];
    StringBuilder text = null;
    int copied = 0;
    int shift = 0;
    for (int i = 0; i < starts.length; i++) {
      Statement statement = statements.get(i);
      starts[i] = statement.start() + shift;
      if (statement.replacement().isPresent()) {
        text = text == null ? new StringBuilder(read.length() + 32) : text;
        text.append(read, copied, statement.start()).append(statement.replacement().get());
        copied = statement.end();
        shift = text.length() - copied;
      }
    }
    String given = text == null ? read : text.append(read, copied, read.length()).toString();
    return new ClientText(sent, given, statements, List.of(starts));
  }

  /** Whether PostgreSQL gets the text as the client sent it. */
  public boolean isUnchanged() {
    return sent.equals(given);
  }

  /** Returns the offset of a statement in the text for PostgreSQL. */
  public int start(int index) {
    return starts.get(index);
  }

  /** Returns the offset behind a statement in the text for PostgreSQL. */
  public int end(int index) {
    Statement statement = statements.get(index);
    int length =
        statement.replacement().map(String::length).orElse(statement.end() - statement.start());
    return starts.get(index) + length;
  }

  /**
   * Translates a position into the text that the client sent.
   *
   * @param position the position in the text for PostgreSQL; both count characters from one
   */
  public int sentPosition(int position) {
    int sent = position;
    for (int i = 0; i < statements.size(); i++) {
      Explanation explanation = statements.get(i).explanation().orElse(null);
      if (explanation != null) {
        int behind = starts.get(i) + explanation.at() + explanation.inserted();
        if (position > characters(given.substring(0, behind))) {
          sent -= explanation.inserted();
        }
      }
    }
    return sent;
  }

  /** Counts characters of UTF-8, also for other encodings, because replacements are ASCII. */
  public static int characters(String bytes) {
    return (int) bytes.chars().filter(unit -> (unit & 0xC0) != 0x80).count();
  }
}
