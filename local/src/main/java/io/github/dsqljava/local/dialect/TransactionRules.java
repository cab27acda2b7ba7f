package io.github.dsqljava.local.dialect;

import java.util.Optional;

/**
 * The rules of Aurora DSQL for which statements may share a transaction, for one session.
 *
 * <p>The caller asks before a statement runs, and reports its outcome. {@link #refusal} changes
 * nothing, so that it can be called for a prepared statement at Bind and again at Execute. A
 * transaction is either explicit, from BEGIN to COMMIT, or implicit: all statements of one Query
 * message, or all between two Sync messages, up to {@link #messageEnded}. BEGIN within an implicit
 * one makes it explicit, and what ran before belongs to it, as in PostgreSQL.
 *
 * <p>Not thread-safe.
 */
public final class TransactionRules {
  private static final Refusal ABORTED =
      new Refusal(
          "25P02",
          "current transaction is aborted, commands ignored until end of transaction block",
          Source.PROBED);
  private static final Refusal SECOND_DDL =
      Refusal.notSupported("multiple ddl statements not supported in a transaction", Source.PROBED);
  private static final Refusal DDL_WITH_DML =
      Refusal.notSupported("ddl and dml are not supported in the same transaction", Source.PROBED);
  // PostgreSQL's words for its own statements; the service's are unknown.
  private static final Refusal ANALYZE_IN_BLOCK =
      new Refusal("25001", "ANALYZE cannot run inside a transaction block", Source.WORDS_UNKNOWN);

  /** Also for a CALL before other statements of its Query, which only PostgreSQL detects. */
  public static final Refusal WAIT_IN_BLOCK =
      new Refusal(
          "25001",
          "CALL sys.wait_for_job cannot run inside a transaction block",
          Source.WORDS_UNKNOWN);

  private enum State {
    /** No transaction, or an implicit one. */
    IMPLICIT,
    /** Between BEGIN and COMMIT. */
    EXPLICIT,
    /** The same, after an error. */
    ABORTED
  }

  private State state = State.IMPLICIT;
  private boolean ran;
  private boolean ddl;
  private boolean dml;

  /**
   * Returns the refusal of a statement that must not run now.
   *
   * <p>An aborted transaction comes first. It is inferred that the refusal of the statement itself
   * comes before the rules for transactions.
   */
  public Optional<Refusal> refusal(Statement statement) {
    if (state == State.ABORTED) {
      // ROLLBACK TO, refused anyway, ends nothing either.
      return statement.effect().endsTransaction() ? Optional.empty() : Optional.of(ABORTED);
    }
    return statement.certainRefusal().or(() -> mixture(statement.effect()));
  }

  private Optional<Refusal> mixture(TransactionEffect effect) {
    return switch (effect) {
      case DDL ->
          ddl ? Optional.of(SECOND_DDL) : dml ? Optional.of(DDL_WITH_DML) : Optional.empty();
      case DML -> ddl ? Optional.of(DDL_WITH_DML) : Optional.empty();
      case OUTSIDE_BLOCK ->
          state == State.EXPLICIT ? Optional.of(ANALYZE_IN_BLOCK) : Optional.empty();
      case ALONE -> state == State.EXPLICIT || ran ? Optional.of(WAIT_IN_BLOCK) : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** Notes that a statement ran without an error. */
  public void succeeded(Statement statement) {
    switch (statement.effect()) {
      case BEGIN -> {
        if (state == State.IMPLICIT) {
          state = State.EXPLICIT;
        }
      }
      case COMMIT, ROLLBACK -> begin(State.IMPLICIT);
      case COMMIT_AND_CHAIN, ROLLBACK_AND_CHAIN -> begin(State.EXPLICIT);
      case DDL -> {
        ran = true;
        ddl = true;
      }
      case DML -> {
        ran = true;
        dml = true;
      }
      case NONE, OUTSIDE_BLOCK, ALONE -> ran = true;
    }
  }

  /**
   * Notes that a statement was answered with an error, one of {@link #refusal} or another. A COMMIT
   * that fails ends its transaction all the same.
   */
  public void failed(Statement statement) {
    if (statement.effect().endsTransaction() && state != State.ABORTED) {
      begin(State.IMPLICIT);
    } else {
      failed();
    }
  }

  /** The same for an error that belongs to no statement, such as one in the syntax of a message. */
  public void failed() {
    begin(state == State.IMPLICIT ? State.IMPLICIT : State.ABORTED);
  }

  /** Notes the end of a Query message or a Sync, where an implicit transaction ends. */
  public void messageEnded() {
    if (state == State.IMPLICIT) {
      begin(State.IMPLICIT);
    }
  }

  /** Notes that no transaction is open, regardless of the state before. */
  public void outside() {
    begin(State.IMPLICIT);
  }

  /** Notes that the explicit transaction has failed, regardless of the state before. */
  public void aborted() {
    begin(State.ABORTED);
  }

  /** Whether an explicit transaction is open and has failed. */
  public boolean isAborted() {
    return state == State.ABORTED;
  }

  /** Returns a copy of the current state, to look ahead. */
  public TransactionRules copy() {
    var copy = new TransactionRules();
    copy.state = state;
    copy.ran = ran;
    copy.ddl = ddl;
    copy.dml = dml;
    return copy;
  }

  /** Whether an explicit transaction is open, aborted or not. */
  public boolean isInBlock() {
    return state != State.IMPLICIT;
  }

  private void begin(State newState) {
    state = newState;
    ran = false;
    ddl = false;
    dml = false;
  }
}
