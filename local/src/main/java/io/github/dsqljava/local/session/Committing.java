package io.github.dsqljava.local.session;

import io.github.dsqljava.local.occ.CommitHistory;
import io.github.dsqljava.local.session.Interruption.Leave;
import io.github.dsqljava.local.session.OwnExchange.Answer;
import io.github.dsqljava.local.wire.ErrorMessage;
import org.jspecify.annotations.Nullable;

/**
 * The end of a transaction: repeats what a parked one has done, and asks the history whether it may
 * commit. Belongs to an event loop.
 */
final class Committing {
  private static final System.Logger LOG = System.getLogger(Committing.class.getName());

  /** How often a transaction repeats its changes after crossing others that do the same. */
  private static final int MAX_ATTEMPTS = 20;

  private final SessionState state;

  /** Won, but PostgreSQL has not answered yet. */
  private CommitHistory.@Nullable Commit commit;

  Committing(SessionState state) {
    this.state = state;
  }

  /** Whether COMMIT can go to PostgreSQL just so. */
  boolean isPlain(Transaction running) {
    return !running.parked && !running.doomed && !needsVerdict(running);
  }

  private boolean needsVerdict(Transaction running) {
    CommitHistory.Snapshot snapshot = running.snapshot;
    return running.hasBase
        && snapshot != null
        && (state.contention.history.isBehind(snapshot)
            || (isToBeRemembered(running) && state.isContended()));
  }

  /**
   * Whether PostgreSQL forgets at COMMIT what this transaction has locked, while the service still
   * holds it against those that ran beside it.
   */
  boolean isToBeRemembered(Transaction running) {
    return running.locksRows || (running.mayChangeRows && state.contention.hasForeignKeys());
  }

  /** Makes out whether the transaction has won. */
  void decide(Transaction running, Ending ending) {
    if (running.doomed) {
      ending.lose(Conflicts.rowConflict());
    } else if (running.parked) {
      state.beginWork();
      collect(running, ending);
    } else if (needsVerdict(running)) {
      state.beginWork();
      state.ask(
          answer -> {
            if (answer.error() != null) {
              ending.lose(unexpected(answer));
            } else {
              judge(running, answer.row().get(1), ending);
            }
          },
          "SELECT * FROM dsql_internal.occ_save()");
    } else {
      ending.win();
    }
  }

  private void collect(Transaction running, Ending ending) {
    if (running.shadows.isEmpty()) {
      repeat(running, ending, 1);
      return;
    }
    state.ask(
        answer -> {
          if (answer.error() != null) {
            ending.lose(unexpected(answer));
          } else {
            running.changes = answer.row().get(0);
            running.footprint = answer.row().get(1);
            repeat(running, ending, 1);
          }
        },
        "SELECT * FROM dsql_internal.occ_save_shadows(" + Sql.literal(running.shadows) + ")");
  }

  private void repeat(Transaction running, Ending ending, int attempt) {
    state.interruption.started(Leave.TO_BREAK_A_CIRCLE);
    state.ask(
        answer -> {
          state.interruption.started(Leave.NONE);
          if (answer.error() == null) {
            judge(running, running.footprint, ending);
          } else if (Conflicts.isCircle(answer.sqlState()) && attempt < MAX_ATTEMPTS) {
            state.ask(
                unused -> repeat(running, ending, attempt + 1),
                "ROLLBACK TO SAVEPOINT " + Sql.identifier(Transaction.BASE));
          } else if (Conflicts.isLimit(answer.sqlState())) {
            ending.lose(Conflicts.limit(answer.error()));
          } else if (Conflicts.isSchemaConflictOfReplay(answer.sqlState())) {
            LOG.log(System.Logger.Level.DEBUG, "changes do not fit any more: {0}", answer.error());
            ending.lose(Conflicts.schemaConflict());
          } else if (Conflicts.isConflictOfReplay(answer.sqlState())
              || Conflicts.isCircle(answer.sqlState())) {
            ending.lose(Conflicts.rowConflict());
          } else {
            ending.lose(unexpected(answer));
          }
        },
        "SELECT dsql_internal.occ_replay(" + Sql.literal(running.changes) + ")");
  }

  private void judge(Transaction running, String footprint, Ending ending) {
    CommitHistory.Snapshot snapshot = running.snapshot;
    if (snapshot == null || !needsVerdict(running)) {
      ending.win();
      return;
    }
    commit = state.contention.history.commit(snapshot, Footprint.parse(footprint)).orElse(null);
    if (commit == null) {
      ending.lose(Conflicts.rowConflict());
    } else {
      ending.win();
    }
  }

  private static ErrorMessage unexpected(Answer answer) {
    LOG.log(System.Logger.Level.WARNING, "changes could not be kept: {0}", answer.error());
    return Conflicts.rowConflict();
  }

  /** PostgreSQL has answered COMMIT, or nobody will ever know. */
  void settle(boolean succeeded) {
    CommitHistory.Commit pending = commit;
    commit = null;
    if (pending != null && succeeded) {
      state.contention.history.confirm(pending);
    } else if (pending != null) {
      state.contention.history.withdraw(pending);
    }
  }
}
