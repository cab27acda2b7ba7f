package io.github.dsqljava.local.occ;

import io.github.dsqljava.local.occ.Interruption.Leave;
import io.github.dsqljava.local.protocol.Answer;
import io.github.dsqljava.local.protocol.Call;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.ServiceErrors;
import java.util.ArrayList;
import java.util.List;

/**
 * Repeats the saved changes of a transaction on the real tables. PostgreSQL detects meanwhile
 * whether another transaction has committed first. Belongs to an event loop.
 */
final class Repeating {
  /** Receives the outcome; one of the methods is called, once. */
  interface Outcome {
    /**
     * The changes stand in PostgreSQL.
     *
     * @param complete false if PostgreSQL did not grant again all key-share locks that the
     *     transaction had
     */
    void repeated(boolean complete);

    /**
     * The changes conflict with a commit, or do not fit the schema any more.
     *
     * @param error for the client
     */
    void lost(ErrorMessage error);

    /** Every attempt ran into a deadlock with other sessions; there are no more attempts. */
    void crossed();
  }

  private static final System.Logger LOG = System.getLogger(Repeating.class.getName());

  /** The number of attempts that end in a deadlock with sessions that repeat changes, too. */
  private static final int MAX_CROSSINGS = 20;

  /** The number of attempts at a key-share lock that a concurrent commit keeps overtaking. */
  private static final int MAX_OVERTAKEN = 3;

  private final OccSession session;
  private final OccCalls calls;
  private final Transaction transaction;
  private final Savings savings;
  private final List<Call> behind;
  private final Outcome outcome;
  private boolean splits;
  private int crossings;
  private int overtaken;

  private Repeating(
      OccSession session,
      OccCalls calls,
      Transaction transaction,
      List<Call> behind,
      Outcome outcome) {
    this.session = session;
    this.calls = calls;
    this.transaction = transaction;
    this.savings = transaction.savings();
    this.behind = behind;
    this.outcome = outcome;
  }

  /**
   * Repeats the changes of a transaction that is at its base.
   *
   * @param behind statements without a result that are run behind it
   */
  static void start(
      OccSession session,
      OccCalls calls,
      Transaction transaction,
      List<Call> behind,
      Outcome outcome) {
    new Repeating(session, calls, transaction, behind, outcome).attempt(List.of());
  }

  private void attempt(List<Call> before) {
    List<Call> script = new ArrayList<>(before);
    script.addAll(OccCalls.configure(transaction));
    script.add(calls.repeat(savings, splits));
    script.addAll(behind);
    session.ask(Leave.TO_BREAK_A_CIRCLE, this::answered, script);
  }

  private void tryAgain() {
    session.hasGivenWay();
    attempt(OccCalls.thenBackToBase(transaction));
  }

  private void answered(Answer answer) {
    ErrorMessage error = answer.error();
    String sqlState = answer.sqlState();
    if (error == null) {
      outcome.repeated(answer.row().get(0).equals("0"));
    } else if (Conflicts.isCircle(sqlState)) {
      if (++crossings < MAX_CROSSINGS) {
        tryAgain();
      } else {
        outcome.crossed();
      }
    } else if (Conflicts.isUniqueViolation(sqlState) && !splits) {
      splits = true; // perhaps keys have moved from row to row
      tryAgain();
    } else if (Conflicts.isSerializationFailure(sqlState)
        && savings.has(RowStrength.KEY_SHARE)
        && ++overtaken < MAX_OVERTAKEN) {
      tryAgain();
    } else {
      outcome.lost(loss(error));
    }
  }

  private static ErrorMessage loss(ErrorMessage error) {
    String sqlState = error.sqlState();
    if (Conflicts.isLimit(sqlState)) {
      return ServiceErrors.limit(error);
    } else if (Conflicts.isSchemaConflictOfRepeating(sqlState)) {
      LOG.log(System.Logger.Level.DEBUG, "changes no longer fit the schema: {0}", error);
      return ServiceErrors.schemaConflict();
    } else if (!Conflicts.isConflictOfRepeating(sqlState)) {
      LOG.log(System.Logger.Level.WARNING, "changes could not be kept: {0}", error);
    }
    return ServiceErrors.rowConflict();
  }
}
