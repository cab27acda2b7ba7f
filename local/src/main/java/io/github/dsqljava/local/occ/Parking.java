package io.github.dsqljava.local.occ;

import io.github.dsqljava.local.occ.Interruption.Leave;
import io.github.dsqljava.local.occ.Transaction.Phase;
import io.github.dsqljava.local.occ.Transaction.Protection;
import io.github.dsqljava.local.protocol.Answer;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.ServiceErrors;
import io.github.dsqljava.local.protocol.TransactionStatus;
import io.github.dsqljava.local.request.Group;
import io.github.dsqljava.local.sql.SqlStrings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Takes a transaction off the real tables, so that no session waits for it, and runs its statements
 * on shadows from then on. Belongs to an event loop.
 */
public final class Parking {
  private static final System.Logger LOG = System.getLogger(Parking.class.getName());

  private static final String SAVE = "SELECT * FROM dsql_internal.occ_save()";
  private static final String BACK_TO_BASE = "ROLLBACK TO SAVEPOINT " + Transaction.BASE;
  private static final int MAX_ATTEMPTS = 20;

  private final OccSession session;
  private final Overlay overlay;

  /** For the transactions of one session. */
  public Parking(OccSession session) {
    this.session = session;
    this.overlay = new Overlay(session);
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
        answer -> {
          ErrorMessage error = answer.error();
          if (error != null) {
            lose(running, error);
            return;
          }
          running.rolledBack(answer.row());
          running.hasGivenWay();
          session.hasGivenWay();
          if (running.savings().hasChanges()) {
            running.park(); // one that has only read goes on as before
          }
        },
        script(running, SAVE, BACK_TO_BASE));
  }

  /** Returns the steps, followed by the client's SET statements, which the rollback has undone. */
  private static String[] script(Transaction running, String... steps) {
    List<String> script = new ArrayList<>(Arrays.asList(steps));
    script.addAll(running.settings());
    return script.toArray(String[]::new);
  }

  /**
   * Ends a transaction that blocks a session although it has given way. It has read a table, for
   * example to make a shadow, and PostgreSQL lets no session change the definition of a table that
   * an open transaction has read. The waiting session wants to change that definition; on the
   * service, all other sessions then get a schema conflict. A sequence that the transaction has
   * used blocks in the same way: PostgreSQL keeps its lock until the transaction ends, beyond a
   * rollback to the base.
   */
  private void giveUp(Transaction running) {
    lose(running, ServiceErrors.schemaConflict(), /* then= */ () -> {});
  }

  /** Begins a failed transaction in place of the one that is open. It holds no locks. */
  private void beginAgainFailed() {
    session.ask(answer -> {}, "ROLLBACK", "BEGIN", "SELECT 1 / 0");
  }

  /**
   * Takes back the statement that PostgreSQL has just refused, and runs it again on shadows.
   *
   * @param doomed whether it is certain that another transaction has won
   */
  public void moveToShadows(Transaction running, Group group, boolean doomed, int attempt) {
    session.ask(
        answer -> {
          ErrorMessage error = answer.error();
          if (error != null) {
            lose(running, error, () -> session.fail(group, ServiceErrors.rowConflict()));
            return;
          }
          running.rolledBack(answer.row());
          session.hasGivenWay();
          if (group.changesSchema()) {
            repeatAlone(running, group, attempt);
          } else {
            running.park();
            if (doomed) {
              running.doom();
            }
            run(running, group);
          }
        },
        script(running, stepsBack(running.protection())));
  }

  private static String[] stepsBack(Protection protection) {
    return switch (protection) {
      case NONE -> throw new IllegalStateException("nothing to go back to");
      case BASE -> new String[] {BACK_TO_BASE}; // nothing came before
      case STATEMENT ->
          new String[] {
            "ROLLBACK TO SAVEPOINT " + Transaction.STATEMENT,
            "RELEASE SAVEPOINT " + Transaction.STATEMENT,
            SAVE,
            BACK_TO_BASE
          };
    };
  }

  /** DDL cannot run on shadows. A transaction that has changed nothing can run it again. */
  private void repeatAlone(Transaction running, Group group, int attempt) {
    running.schemaChangeIsNotDue();
    if (running.savings().hasChanges()) {
      session.fail(group, ServiceErrors.schemaChangeWithData());
    } else if (attempt > MAX_ATTEMPTS) {
      session.fail(group, ServiceErrors.schemaConflict());
    } else {
      running.protectedBy(Protection.BASE);
      session.send(group, /* holding= */ true);
    }
  }

  /** Runs a statement of a transaction that is off the tables. */
  public void run(Transaction running, Group group) {
    if (group.changesSchema()) {
      session.fail(group, ServiceErrors.schemaChangeWithData());
      return;
    }
    if (running.savings().isStale()) {
      renew(running, group);
    } else {
      runOnShadows(running, group);
    }
  }

  private void runOnShadows(Transaction running, Group group) {
    running.learnOnShadows(group);
    overlay.prepare(
        running,
        group,
        () -> session.send(group, /* holding= */ running.isImplicit()),
        error -> session.fail(group, error),
        error -> lose(running, error, () -> session.fail(group, ServiceErrors.rowConflict())));
  }

  /**
   * Makes the transaction go back to its base with what it has done on shadows, so that the next
   * ones get the names that their tables have on the search path of now.
   */
  private void renew(Transaction running, Group group) {
    session.ask(
        answer -> {
          ErrorMessage error = answer.error();
          if (error != null) {
            lose(running, error, () -> session.fail(group, ServiceErrors.rowConflict()));
            return;
          }
          running.savings().renew(answer.row());
          runOnShadows(running, group);
        },
        script(running, Committing.saveShadows(running.savings()), BACK_TO_BASE));
  }

  /** Runs the DDL statement again that was rolled back to free other sessions. */
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

  /**
   * PostgreSQL keeps an open transaction, so the next statement can report the loss like any other
   * error.
   */
  private void lose(Transaction running, ErrorMessage cause, Runnable then) {
    boolean known = ServiceErrors.isSchemaConflict(cause);
    if (!known) {
      LOG.log(
          System.Logger.Level.WARNING,
          "a transaction could not be kept and is told that it has lost: {0}",
          cause);
    }
    running.lose(known ? cause : ServiceErrors.rowConflict());
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
