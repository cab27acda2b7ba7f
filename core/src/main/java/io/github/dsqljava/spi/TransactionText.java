package io.github.dsqljava.spi;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * Examines a statement's text for the begin or end of a transaction, without parsing it. In doubt
 * the answers make the caller take the safer way. The server's command tags take precedence.
 */
public final class TransactionText {

  private static final Set<String> ENDS = Set.of("COMMIT", "END", "ROLLBACK", "ABORT");

  private static final Pattern END_ANYWHERE =
      Pattern.compile("\\b(COMMIT|END|ROLLBACK|ABORT)\\b", Pattern.CASE_INSENSITIVE);

  private TransactionText() {}

  /** Whether a statement surely begins a transaction. */
  public static boolean begins(String sql) {
    String keyword = SqlText.firstWord(sql);
    return keyword.equals("BEGIN") || keyword.equals("START");
  }

  /** Whether a statement surely ends a transaction: it begins with one of the words for it. */
  public static boolean ends(String sql) {
    return ENDS.contains(SqlText.firstWord(sql));
  }

  /** Whether a text that does not begin with the end of a transaction may contain one. */
  public static boolean mayEnd(String sql) {
    return canHide(sql) && END_ANYWHERE.matcher(sql).find();
  }

  /** Whether there is more than one statement, or a comment; a semicolon at the end is neither. */
  private static boolean canHide(String sql) {
    return SqlText.hasInnerSemicolon(sql) || sql.contains("--") || sql.contains("/*");
  }
}
