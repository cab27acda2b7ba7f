package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.SqlToken.Kind;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Finds, in one pass over the tokens of a statement, its traits and whether a rule may apply.
 * Nearly all traffic is queries and changes of rows without any such word.
 */
final class StatementWords {
  private static final Set<Trait> CHANGES_ROWS = Set.of(Trait.CHANGES_ROWS);

  private static final String SET_CONFIG = "SET_CONFIG";

  private final SqlStatement statement;
  private final EnumSet<Trait> traits = EnumSet.noneOf(Trait.class);
  private boolean suspicious;

  private StatementWords(SqlStatement statement) {
    this.statement = statement;
  }

  static StatementWords of(SqlStatement statement) {
    var words = new StatementWords(statement);
    for (int i = 0; i < statement.size(); i++) {
      words.read(i);
    }
    return words;
  }

  /** Returns the traits; the caller must not change the set. */
  Set<Trait> traits() {
    return traits.isEmpty()
        ? Set.of()
        : traits.equals(CHANGES_ROWS) ? CHANGES_ROWS : Set.copyOf(traits);
  }

  /** Whether a rule may apply to a query or a change of rows. */
  boolean isSuspicious() {
    return suspicious;
  }

  private void read(int index) {
    Kind kind = statement.kind(index);
    if (kind == Kind.IDENTIFIER) {
      keyword(index);
    } else if (kind == Kind.QUOTED_IDENTIFIER || kind == Kind.UNICODE_IDENTIFIER) {
      suspicious |= AdvisoryLocks.mayBe(statement.token(index));
      if (statement.token(index).text().toUpperCase(Locale.ROOT).contains(SET_CONFIG)) {
        traits.add(Trait.MAY_SET);
      }
    }
  }

  private void keyword(int index) {
    switch (statement.length(index)) {
      case 3 -> {
        if (statement.is(index, "FOR")) {
          suspicious = true;
          locking(index + 1);
        }
      }
      // Behind INSERT it is no SELECT INTO.
      case 4 -> suspicious |= statement.is(index, "INTO") && !isInsert(index - 1);
      case 5 -> changesRows(index, "MERGE");
      case 6 -> {
        changesRows(index, "INSERT");
        changesRows(index, "UPDATE");
        changesRows(index, "DELETE");
      }
      case 7 -> {
        if (index > 0 && statement.is(index, "NOTHING") && statement.is(index - 1, "DO")) {
          traits.add(Trait.DOES_NOTHING);
        }
      }
      case 8 -> mentionsFunctions(index, "FUNCTION");
      case 9 -> mentionsFunctions(index, "PROCEDURE");
      case 10 -> {
        if (statement.is(index, "REFERENCES")) {
          traits.add(Trait.MENTIONS_FOREIGN_KEYS);
        } else if (statement.is(index, SET_CONFIG)) {
          traits.add(Trait.MAY_SET);
        }
      }
      default -> {
        suspicious |= statement.is(index, "TABLESAMPLE");
        suspicious |= AdvisoryLocks.mayBe(statement.token(index));
      }
    }
  }

  private void mentionsFunctions(int index, String word) {
    if (statement.is(index, word)) {
      traits.add(Trait.MENTIONS_FUNCTIONS);
    }
  }

  private boolean isInsert(int index) {
    return index == 0 && statement.is(index, "INSERT");
  }

  /** The strength of a lock, behind FOR. */
  private void locking(int index) {
    if (index < statement.size()
        && (statement.is(index, "UPDATE")
            || statement.is(index, "KEY")
            || statement.is(index, "NO")
            || statement.is(index, "SHARE"))) {
      traits.add(Trait.LOCKS_ROWS);
      if (statement.is(index, "KEY")) {
        traits.add(Trait.SHARES_KEYS);
      }
    }
  }

  private void changesRows(int index, String word) {
    boolean lock = index > 0 && statement.is(index - 1, "FOR");
    if (!lock && statement.is(index, word)) {
      traits.add(Trait.CHANGES_ROWS);
    }
  }
}
