package io.github.dsqljava.local.sql;

import io.github.dsqljava.local.sql.SqlToken.Kind;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What follows {@code SET} where it would change the isolation level. */
final class IsolationSetting {
  private static final Set<String> PARAMETERS =
      Set.of("default_transaction_isolation", "transaction_isolation");

  private static final Set<Kind> VALUES =
      EnumSet.of(
          Kind.IDENTIFIER,
          Kind.QUOTED_IDENTIFIER,
          Kind.UNICODE_IDENTIFIER,
          Kind.STRING,
          Kind.ESCAPE_STRING,
          Kind.UNICODE_STRING,
          Kind.DOLLAR_STRING,
          Kind.NUMBER);

  private IsolationSetting() {}

  /**
   * Whether a name, as PostgreSQL reads it, is that of a parameter with an isolation level.
   * PostgreSQL compares such names without regard to case even if they are quoted.
   */
  static boolean isParameter(String name) {
    return PARAMETERS.contains(SqlNames.lowerCase(name));
  }

  /**
   * Reads the rest of a statement behind {@code SET}, and {@code SESSION} or {@code LOCAL}.
   *
   * @return the statement that refuses it; empty if Aurora DSQL takes it, if it does not concern
   *     isolation, or if its syntax is wrong
   */
  static Optional<String> refusal(StatementCursor cursor) {
    if (cursor.accept("SESSION", "CHARACTERISTICS", "AS", "TRANSACTION")) {
      return modes(cursor)
          .flatMap(TransactionModes::unsupportedLevel)
          .map(Replacement::unsupportedIsolationLevel);
    }
    if (cursor.accept("TRANSACTION", "SNAPSHOT")) {
      // Inferred: PostgreSQL's own name for the parameter that this form of SET changes, by the
      // pattern of SET TRANSACTION.
      return cursor.string().isPresent() && cursor.atEnd()
          ? Optional.of(Replacement.settingNotSupported("TRANSACTION SNAPSHOT"))
          : Optional.empty();
    }
    if (cursor.accept("TRANSACTION")) {
      return modes(cursor)
          .map(
              modes ->
                  modes
                      .unsupportedLevel()
                      .map(Replacement::unsupportedIsolationLevel)
                      .orElseGet(() -> Replacement.settingNotSupported("TRANSACTION")));
    }
    if (cursor.acceptUnicodeIdentifier()) {
      // It may spell the parameter, and nobody spells another one like this.
      return hasValue(cursor)
          ? Optional.of(Replacement.settingNotSupported("U&"))
          : Optional.empty();
    }
    return cursor
        .name()
        .filter(name -> isParameter(name) && hasValue(cursor))
        .map(Replacement::settingNotSupported);
  }

  /** SET, unlike BEGIN, needs at least one mode. */
  private static Optional<TransactionModes> modes(StatementCursor cursor) {
    return TransactionModes.parse(cursor).filter(modes -> modes.count() > 0);
  }

  private static boolean hasValue(StatementCursor cursor) {
    if (cursor.accept("FROM", "CURRENT")) {
      return cursor.atEnd();
    }
    if (!cursor.accept("TO") && !cursor.acceptOperator("=")) {
      return false;
    }
    // A list is one value too many, but that is no matter of syntax.
    do {
      if (!acceptValue(cursor)) {
        return false;
      }
    } while (cursor.accept(Kind.COMMA));
    return cursor.atEnd();
  }

  /** A word or a constant; reserved words, which PostgreSQL would not take here, are not told. */
  private static boolean acceptValue(StatementCursor cursor) {
    if (cursor.acceptOperator("+") || cursor.acceptOperator("-")) {
      return cursor.accept(Kind.NUMBER);
    }
    return VALUES.stream().anyMatch(cursor::accept);
  }
}
