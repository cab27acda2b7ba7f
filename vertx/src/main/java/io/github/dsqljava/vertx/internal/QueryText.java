package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.spi.SqlText;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * What can be said about a Query's text without parsing it. Whoever asks does the slower thing when
 * the answer is no, so that a doubt is a no.
 */
final class QueryText {

  /**
   * These begin or end a transaction, so that what stands behind them is no part of the group, or,
   * as COPY, do not go with the extended protocol.
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
   * The text of a Query, without white space around it and semicolons behind it; empty for any
   * other command.
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

  /** A semicolon may stand in a string or a comment, but that is not worth a scanner here. */
  private static boolean isSingle(String statement) {
    return statement.indexOf(';') < 0;
  }

  /** As a Query, {@code $1} is an error about a missing parameter, and should stay that one. */
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
