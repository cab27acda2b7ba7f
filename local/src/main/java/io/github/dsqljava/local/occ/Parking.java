package io.github.dsqljava.local.occ;

import io.github.dsqljava.local.occ.Interruption.Leave;
import io.github.dsqljava.local.occ.Transaction.Phase;
import io.github.dsqljava.local.occ.Transaction.Protection;
import io.github.dsqljava.local.protocol.Answer;
import io.github.dsqljava.local.protocol.Call;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.ServiceErrors;
import io.github.dsqljava.local.protocol.TransactionStatus;
import io.github.dsqljava.local.request.Group;
import io.github.dsqljava.local.sql.SqlStrings;
import java.util.List;
import java.util.function.Consumer;

/**
 * Takes a transaction off the real tables, so that no session waits for it, and puts it back there
 * when its next statement comes. A transaction that has lost runs its statements on shadows.
 * Belongs to an event loop.
 */
public final class Parking {
  private static final System.Logger LOG = System.getLogger(Parking.class.getName());

  private static final int MAX_ATTEMPTS = 20;

  /**
   * The number of times that a statement which was stopped for others runs again on the real
   * tables. After that it runs on shadows, where it blocks nobody: a long one would be stopped
   * every time.
   */
  private static final int MAX_ATTEMPTS_IN_PLACE = 2;

  /**
   * The reason, as far as known, why PostgreSQL has refused a statement that may succeed on the
   * snapshot.
   */
  public enum Refusal {
    /** Another transaction has certainly committed first. */
    LOST,
    /**
     * Another transaction may have committed first, or the statement fails on the snapshot, too.
     */
    PERHAPS_LOST,
    /**
     * Another transaction may have committed first, or the statement does nothing on the snapshot.
     */
    PERHAPS_NOTHING,
    /** It was stopped to let others go on. */
    STOPPED
  }

  private final OccSession session;
  private final Contention contention;
  private final OccCalls calls;
  private final Overlay overlay;

  /** For the transactions of one session. */
  public Parking(OccSession session, Contention contention) {
    this.session = session;
    this.contention = contention;
    this.calls = contention.calls();
    this.overlay = new Overlay(session, contention);
  }

  /** Lets an idle transaction release its locks; may do nothing. */
  public void giveWay() {
    Transaction running = session.transaction();
    if (running == null || !running.hasBase() || running.phase() == Phase.LOST) {
      return;
    }
    if (session.status() == TransactionStatus.FAILED) {
      beginAgainFailed();
    } else if (session.status() == TransactionStatus.OPEN) {
      if (running.isOffTables() || running.isAtBase()) {
        giveUp(running);
      } else {
        park(running);
      }
    }
  }

  private void park(Transaction running) {
    session.ask(
        Leave.NONE,
        answer -> {
          ErrorMessage error = answer.error();
          if (error != null) {
            lose(running, error);
            return;
          }
          running.rolledBack(answer.row(), contention.logPosition());
          running.hasGivenWay();
          session.hasGivenWay();
          if (!running.savings().isEmpty()) {
            running.park(); // one that has only read goes on as before
          }
          configure(running, () -> {}, otherError -> lose(running, otherError));
        },
        OccCalls.thenBackToBase(running, calls.save(running)));
  }

  /**
   * Ends a transaction that blocks a session although it has given way. It has read a table, for
   * example to make a shadow, and PostgreSQL lets no session change the definition of a table that
   * an open transaction has read. The waiting session wants to change that definition; on the
   * service, all other sessions then get a schema conflict. A sequence that the transaction has
   * used blocks in the same way: PostgreSQL keeps its lock until the transaction ends, beyond a
   * rollback to the base.
   */
  public void giveUp(Transaction running) {
    lose(running, ServiceErrors.schemaConflict(), /* then= */ () -> {});
  }

  /** Begins a failed transaction in place of the one that is open. It holds no locks. */
  private void beginAgainFailed() {
    session.ask(answer -> {}, "ROLLBACK", "BEGIN", "SELECT 1 / 0");
  }

  /** Takes back the statement that PostgreSQL has just refused, and runs it again. */
  public void takeBack(Transaction running, Group group, Refusal refusal, int attempt) {
    boolean isFirst = running.protection() == Protection.BASE;
    List<Call> script = OccCalls.thenBackToBase(running, stepsBack(running));
    script.add(OccCalls.BE_BEHIND);
    session.ask(
        Leave.NONE,
        answer -> {
          ErrorMessage error = answer.error();
          if (error != null) {
            lose(running, error, () -> session.fail(group, ServiceErrors.rowConflict()));
            return;
          }
          running.rolledBack(answer.row(), contention.logPosition());
          running.getsBehind();
          session.hasGivenWay();
          configure(
              running,
              () -> {
                if (group.changesSchema()) {
                  repeatAlone(running, group, attempt);
                } else {
                  learnFunctions(
                      running, group, () -> runAgain(running, group, refusal, attempt, isFirst));
                }
              },
              otherError ->
                  lose(
                      running, otherError, () -> session.fail(group, ServiceErrors.rowConflict())));
        },
        script);
  }

  /** Restores the settings made by {@code set_config} that the rollback to the base has undone. */
  private void configure(Transaction running, Runnable then, Consumer<ErrorMessage> failed) {
    List<Call> script = OccCalls.configure(running);
    if (script.isEmpty()) {
      then.run();
      return;
    }
    session.ask(
        Leave.NONE,
        answer -> {
          ErrorMessage error = answer.error();
          if (error == null) {
            then.run();
          } else {
            failed.accept(error);
          }
        },
        script);
  }

  private void runAgain(
      Transaction running, Group group, Refusal refusal, int attempt, boolean isFirst) {
    boolean canRun = Overlay.canRun(running, group);
    int inPlace = canRun ? MAX_ATTEMPTS_IN_PLACE : MAX_ATTEMPTS;
    // Shadows cannot show whether the snapshot has the key, so the answer of the real tables
    // counts.
    boolean isAskedAgain = refusal == Refusal.PERHAPS_LOST && !canRun;
    if (isAskedAgain) {
      running.believes(group);
    }
    if (isAskedAgain || (refusal == Refusal.STOPPED && attempt <= inPlace)) {
      if (isFirst) {
        runAtBase(running, group);
      } else {
        running.park();
        resume(running, group);
      }
      return;
    }
    running.park();
    switch (refusal) {
      case LOST -> running.doom();
      case PERHAPS_LOST -> running.stayOnShadows();
      case PERHAPS_NOTHING, STOPPED -> {}
    }
    runOnShadows(running, group);
  }

  private void learnFunctions(Transaction running, Group group, Runnable then) {
    overlay.learnFunctions(
        running,
        then,
        error -> lose(running, error, () -> session.fail(group, ServiceErrors.rowConflict())));
  }

  private Call[] stepsBack(Transaction running) {
    return switch (running.protection()) {
      case NONE -> throw new IllegalStateException("nothing to go back to");
      case BASE -> new Call[0]; // nothing came before
      case STATEMENT ->
          new Call[] {
            Call.of("ROLLBACK TO SAVEPOINT " + Transaction.STATEMENT),
            Call.of("RELEASE SAVEPOINT " + Transaction.STATEMENT),
            calls.save(running)
          };
    };
  }

  private void runAtBase(Transaction running, Group group) {
    running.protectedBy(Protection.BASE);
    session.send(group, /* holding= */ true);
    running.isSent(group);
  }

  /** DDL cannot run on shadows. A transaction that has changed nothing can run it again. */
  private void repeatAlone(Transaction running, Group group, int attempt) {
    running.schemaChangeIsNotDue();
    if (running.savings().hasChanges()) {
      session.fail(group, ServiceErrors.schemaChangeWithData());
    } else if (attempt > MAX_ATTEMPTS) {
      session.fail(group, ServiceErrors.schemaConflict());
    } else {
      runAtBase(running, group);
    }
  }

  /** Runs a statement of a transaction that is off the tables. */
  public void run(Transaction running, Group group) {
    if (group.changesSchema()) {
      session.fail(group, ServiceErrors.schemaChangeWithData());
      return;
    }
    if (running.staysOnShadows()) {
      learnFunctions(running, group, () -> runWhereItStays(running, group));
    } else {
      leaveShadows(running, group, () -> resume(running, group));
    }
  }

  private void runWhereItStays(Transaction running, Group group) {
    if (running.phase() != Phase.DOOMED && !Overlay.canRun(running, group)) {
      // The obstacle on the real tables may be gone.
      leaveShadows(running, group, () -> resume(running, group));
    } else if (running.savings().isStale()) {
      // The next shadows get the names that their tables have on the search path of now.
      leaveShadows(running, group, () -> runOnShadows(running, group));
    } else {
      runOnShadows(running, group);
    }
  }

  /** Saves the changes made on shadows, if there are any, and rolls back to the base. */
  private void leaveShadows(Transaction running, Group group, Runnable then) {
    Savings savings = running.savings();
    if (savings.shadows().isEmpty()) {
      then.run();
      return;
    }
    session.ask(
        Leave.NONE,
        answer -> {
          ErrorMessage error = answer.error();
          if (error != null) {
            lose(running, error, () -> session.fail(group, ServiceErrors.rowConflict()));
            return;
          }
          savings.renew(answer.row());
          running.learnConfigured(answer.row());
          session.hasGivenWay();
          configure(
              running,
              then,
              otherError ->
                  lose(
                      running, otherError, () -> session.fail(group, ServiceErrors.rowConflict())));
        },
        OccCalls.thenBackToBase(running, calls.saveShadows(savings)));
  }

  /** Puts the changes back in the real tables, and runs a statement there. */
  private void resume(Transaction running, Group group) {
    Repeating.start(
        session,
        calls,
        running,
        List.of(OccCalls.BE_BEHIND, OccCalls.SET_STATEMENT),
        new Repeating.Outcome() {
          @Override
          public void repeated(boolean complete) {
            if (complete) {
              running.resume();
              running.learnInPlace(group);
              running.protectedBy(Protection.STATEMENT);
              session.send(group, /* holding= */ true);
              running.isSent(group);
            } else {
              running.stayOnShadows();
              backToShadows(running, group);
            }
          }

          @Override
          public void lost(ErrorMessage error) {
            if (ServiceErrors.isSchemaConflict(error)) {
              lose(running, error, () -> session.fail(group, error));
            } else {
              running.doom();
              backToShadows(running, group);
            }
          }

          @Override
          public void crossed() {
            backToShadows(running, group);
          }
        });
  }

  private void backToShadows(Transaction running, Group group) {
    session.ask(
        Leave.NONE,
        unused -> {
          session.hasGivenWay();
          runOnShadows(running, group);
        },
        OccCalls.thenBackToBase(running));
  }

  private void runOnShadows(Transaction running, Group group) {
    learnFunctions(running, group, () -> runIfPossible(running, group));
  }

  private void runIfPossible(Transaction running, Group group) {
    if (!Overlay.canRun(running, group)) {
      // Reports a lost conflict: changes outside of its shadows would be gone at COMMIT.
      end(
          running,
          ServiceErrors.rowConflict(),
          () -> session.fail(group, ServiceErrors.rowConflict()));
      return;
    }
    running.learnOnShadows(group);
    overlay.prepare(
        running,
        group,
        () -> session.send(group, /* holding= */ running.isImplicit()),
        error -> session.fail(group, error),
        error -> lose(running, error, () -> session.fail(group, ServiceErrors.rowConflict())));
  }

  /** Repeats the DDL statement that was rolled back to free other sessions. */
  public void repeatSchemaChange(Transaction running, Runnable then, Runnable otherwise) {
    session.ask(
        answer -> (answer.error() == null ? then : otherwise).run(),
        // The client knows the job by its first id.
        "SET LOCAL dsql.job_id = " + SqlStrings.quote(running.jobId()),
        running.takeSchemaChange());
  }

  private void lose(Transaction running, ErrorMessage cause) {
    lose(running, cause, () -> {});
  }

  private void lose(Transaction running, ErrorMessage cause, Runnable then) {
    boolean known = ServiceErrors.isSchemaConflict(cause);
    if (!known) {
      LOG.log(
          System.Logger.Level.WARNING,
          "a transaction could not be kept, so its client gets a conflict: {0}",
          cause);
    }
    end(running, known ? cause : ServiceErrors.rowConflict(), then);
  }

  /**
   * Leaves an empty transaction open in PostgreSQL, so that the next statement can report the loss
   * like any other error.
   */
  private void end(Transaction running, ErrorMessage told, Runnable then) {
    running.lose(told);
    session.ask(
        Leave.NONE,
        (Answer unused) -> {
          session.hasGivenWay();
          then.run();
        },
        "ROLLBACK",
        "BEGIN");
  }
}
