package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.spi.SqlText;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Examines a Query's text without parsing it. On a no the caller takes the slower way, so the
 * answer in doubt is no.
 */
final class QueryText {

  /**
   * Statements that begin or end a transaction, so that later commands do not belong to the group,
   * or that, as COPY, do not work in the extended protocol.
   */
  private static final Set<String> NEVER_GROUPED =
      Set.of("BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "PREPARE", "COPY");

  private QueryText() {}

  /** Whether a command is a Query with a BEGIN or START TRANSACTION and nothing else. */
  static boolean isBegin(ByteBuf command) {
    String statement = statement(command);
    String keyword = SqlText.wordAt(statement, 0);
    return (keyword.equals("BEGIN") || keyword.equals("START")) && isSingle(statement);
  }

  /** Whether a command is a Query that ends a transaction without a commit. */
  static boolean isRollback(ByteBuf command) {
    String statement = statement(command);
    return statement.equalsIgnoreCase("ROLLBACK") || statement.equalsIgnoreCase("ABORT");
  }

  /**
   * Whether a Query does the same as Parse, Bind and Execute in a transaction: surely one
   * statement, without parameters, and none that begins or ends a transaction.
   */
  static boolean canBeGrouped(ByteBuf query) {
    String statement = statement(query);
    String keyword = SqlText.wordAt(statement, 0);
    return !keyword.isEmpty()
        && !NEVER_GROUPED.contains(keyword)
        && isSingle(statement)
        && !mentionsParameter(statement);
  }

  /**
   * Returns the text of a Query, without surrounding white space and trailing semicolons; empty for
   * any other command.
   */
  private static String statement(ByteBuf command) {
    int at = command.readerIndex();
    if (command.getByte(at) != PgMessages.QUERY) {
      return "";
    }
    int length = (int) PgMessages.length(command, at) - PgMessages.HEADER - 1;
    String sql = command.toString(at + PgMessages.HEADER, length, StandardCharsets.UTF_8);
    int end = sql.length();
    while (end > 0 && (sql.charAt(end - 1) == ';' || SqlText.isSpace(sql.charAt(end - 1)))) {
      end--;
    }
    int start = 0;
    while (start < end && SqlText.isSpace(sql.charAt(start))) {
      start++;
    }
    return sql.substring(start, end);
  }

  /**
   * Whether there is no semicolon. One in a string or a comment counts, too, because a scanner
   * would not be worth it here.
   */
  private static boolean isSingle(String statement) {
    return statement.indexOf(';') < 0;
  }

  /**
   * Whether there is a {@code $1}: as a Query, it is an error about a missing parameter, and has to
   * remain that error.
   */
  private static boolean mentionsParameter(String statement) {
    for (int at = statement.indexOf('$'); at >= 0; at = statement.indexOf('$', at + 1)) {
      if (at + 1 < statement.length()
          && statement.charAt(at + 1) >= '0'
          && statement.charAt(at + 1) <= '9') {
        return true;
      }
    }
    return false;
  }
}
