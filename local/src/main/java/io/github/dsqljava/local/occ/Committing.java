package io.github.dsqljava.local.occ;

import io.github.dsqljava.local.dialect.Trait;
import io.github.dsqljava.local.occ.Interruption.Leave;
import io.github.dsqljava.local.occ.Transaction.Phase;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.ServiceErrors;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Commits a transaction: repeats the changes of a parked one, and asks the history whether it may
 * commit. Belongs to an event loop.
 */
public final class Committing {
  private static final System.Logger LOG = System.getLogger(Committing.class.getName());

  private final OccSession session;
  private final Contention contention;

  /** The commit that has won, until PostgreSQL answers. */
  private CommitHistory.@Nullable Commit commit;

  /** For the transactions of one session. */
  public Committing(OccSession session, Contention contention) {
    this.session = session;
    this.contention = contention;
  }

  /** Whether COMMIT can go to PostgreSQL without a verdict. */
  public boolean isPlain(Transaction running) {
    return running.phase() == Phase.OPEN && !needsVerdict(running);
  }

  private boolean needsVerdict(Transaction running) {
    CommitHistory.Snapshot snapshot = running.snapshot();
    return running.hasBase()
        && snapshot != null
        && (contention.history().isBehind(snapshot)
            || (isToBeRemembered(running) && session.isContended()));
  }

  /**
   * Whether the history has to remember this transaction's row locks. PostgreSQL forgets them at
   * COMMIT; on the service they still conflict with concurrent transactions.
   */
  public boolean isToBeRemembered(Transaction running) {
    return running.hasExecuted()
        && contention.mayLock(running.has(Trait.LOCKS_ROWS), running.has(Trait.CHANGES_ROWS));
  }

  /** Decides whether the transaction has won, and tells its ending. */
  public void decide(Transaction running, Ending ending) {
    switch (running.phase()) {
      case DOOMED -> ending.lose(ServiceErrors.rowConflict());
      case LOST -> ending.lose(running.loss());
      case PARKED -> collect(running.savings(), running, ending);
      case OPEN -> {
        if (needsVerdict(running)) {
          readFootprint(running, ending);
        } else {
          ending.win();
        }
      }
    }
  }

  private void readFootprint(Transaction running, Ending ending) {
    session.ask(
        Leave.NONE,
        answer -> {
          ErrorMessage error = answer.error();
          if (error != null) {
            ending.lose(unexpected(error));
          } else {
            judge(running, answer.row().get(1), ending);
          }
        },
        List.of(contention.calls().save(running)));
  }

  private void collect(Savings savings, Transaction running, Ending ending) {
    if (savings.shadows().isEmpty()) {
      repeat(running, ending);
      return;
    }
    session.ask(
        Leave.NONE,
        answer -> {
          ErrorMessage error = answer.error();
          if (error != null) {
            ending.lose(unexpected(error));
          } else {
            savings.take(answer.row());
            running.learnConfigured(answer.row());
            repeat(running, ending);
          }
        },
        OccCalls.thenBackToBase(running, contention.calls().saveShadows(savings)));
  }

  private void repeat(Transaction running, Ending ending) {
    Savings savings = running.savings();
    Repeating.start(
        session,
        contention.calls(),
        running,
        List.of(),
        new Repeating.Outcome() {
          @Override
          public void repeated(boolean complete) {
            judge(running, savings.footprint(), ending);
          }

          @Override
          public void lost(ErrorMessage error) {
            ending.lose(error);
          }

          @Override
          public void crossed() {
            ending.lose(ServiceErrors.rowConflict());
          }
        });
  }

  private void judge(Transaction running, String footprint, Ending ending) {
    CommitHistory.Snapshot snapshot = running.snapshot();
    if (snapshot == null || !needsVerdict(running)) {
      ending.win();
      return;
    }
    commit = contention.history().commit(snapshot, Footprint.parse(footprint)).orElse(null);
    if (commit == null) {
      ending.lose(ServiceErrors.rowConflict());
    } else {
      ending.win();
    }
  }

  private static ErrorMessage unexpected(ErrorMessage error) {
    LOG.log(System.Logger.Level.WARNING, "changes could not be kept: {0}", error);
    return ServiceErrors.rowConflict();
  }

  /** PostgreSQL has answered COMMIT, or its answer is lost. */
  public void settle(boolean succeeded) {
    CommitHistory.Commit pending = commit;
    commit = null;
    if (pending != null && succeeded) {
      contention.history().confirm(pending);
    } else if (pending != null) {
      contention.history().withdraw(pending);
    }
  }
}
