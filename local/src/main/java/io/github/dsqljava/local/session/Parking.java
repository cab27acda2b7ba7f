package io.github.dsqljava.local.session;

import io.github.dsqljava.local.session.OwnExchange.Answer;
import io.github.dsqljava.local.session.Transaction.Protection;
import io.github.dsqljava.local.sql.SqlOutline.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Takes a transaction off the real tables, so that nobody waits for it, and runs its statements on
 * shadows from then on. Belongs to an event loop.
 */
final class Parking {
  private static final System.Logger LOG = System.getLogger(Parking.class.getName());
  private static final String SAVE = "SELECT * FROM dsql_internal.occ_save()";
  private static final String BACK_TO_BASE =
      "ROLLBACK TO SAVEPOINT " + Sql.identifier(Transaction.BASE);
  private static final int MAX_ATTEMPTS = 20;

  private final SessionState state;
  private final Flow flow;
  private final Overlay overlay;

  Parking(SessionState state, Flow flow) {
    this.state = state;
    this.flow = flow;
    this.overlay = new Overlay(state.link);
  }

  /** Parks an idle transaction, or frees the locks of a failed one; may do nothing. */
  void giveWay() {
    Transaction running = state.transaction;
    if (running == null || !running.hasBase) {
      return;
    }
    if (state.status == 'T' && !running.parked) {
      park(running);
    } else if (state.status == 'T') {
      giveUp(running);
    } else if (state.status == 'E') {
      fail(flow::settled);
    }
  }

  private void park(Transaction running) {
    state.beginWork();
    state.ask(
        answer -> {
          if (answer.error() != null) {
            lose(running, answer);
          } else {
            running.park(answer.row());
            state.hasGivenWay();
            // Who has only read goes on as before.
            running.parked = running.hasChanges();
          }
          flow.settled();
        },
        script(running, SAVE, BACK_TO_BASE));
  }

  /** Steps, and then again what rolling back has undone of the client's settings. */
  private static String[] script(Transaction running, String... steps) {
    List<String> script = new ArrayList<>(Arrays.asList(steps));
    script.addAll(running.settings);
    return script.toArray(String[]::new);
  }

  /**
   * To make a shadow it had to read the table, and PostgreSQL lets nobody change the definition of
   * a table that an open transaction has read. Whoever waits for it wants just that, and then the
   * service tells everybody else that the schema has changed.
   */
  private void giveUp(Transaction running) {
    running.lose(Conflicts.schemaConflict());
    state.beginWork();
    state.ask(answer -> flow.settled(), "ROLLBACK", "BEGIN");
  }

  /** Begins a failed transaction in place of the one that is open. It holds no locks. */
  void fail(Runnable then) {
    state.beginWork();
    state.ask(answer -> then.run(), "ROLLBACK", "BEGIN", "SELECT 1 / 0");
  }

  /** Takes back the statement that PostgreSQL has just refused, and runs it again on shadows. */
  void moveToShadows(Transaction running, ClientGroup group) {
    state.beginWork();
    String[] steps =
        switch (running.protection) {
          case NONE -> throw new IllegalStateException("nothing to go back to");
          case BASE -> new String[] {BACK_TO_BASE}; // nothing came before
          case STATEMENT ->
              new String[] {
                "ROLLBACK TO SAVEPOINT " + Sql.identifier(Transaction.STATEMENT),
                "RELEASE SAVEPOINT " + Sql.identifier(Transaction.STATEMENT),
                SAVE,
                BACK_TO_BASE
              };
        };
    state.ask(
        answer -> {
          if (answer.error() != null) {
            lose(running, answer);
            flow.abort(group, Conflicts.rowConflict());
            return;
          }
          running.park(answer.row());
          state.hasGivenWay();
          if (group.kind == Kind.SCHEMA_CHANGE) {
            repeatAlone(running, group);
          } else {
            running.parked = true;
            run(running, group);
          }
        },
        script(running, steps));
  }

  /** DDL has no shadow; a transaction that has changed nothing can try again as it is. */
  private void repeatAlone(Transaction running, ClientGroup group) {
    running.schemaChangeDue = false;
    if (running.hasChanges()) {
      flow.abort(group, Conflicts.schemaChangeWithData());
    } else if (++group.attempts > MAX_ATTEMPTS) {
      flow.abort(group, Conflicts.schemaConflict());
    } else {
      running.protection = Protection.BASE;
      state.endWork();
      flow.send(group, /* holding= */ true);
    }
  }

  /** Runs a statement of a parked transaction. */
  void run(Transaction running, ClientGroup group) {
    if (group.kind == Kind.SCHEMA_CHANGE) {
      flow.abort(group, Conflicts.schemaChangeWithData());
      return;
    }
    state.beginWork();
    overlay.prepare(
        running,
        group,
        answer -> {
          if (answer.error() != null) {
            lose(running, answer);
            flow.abort(group, Conflicts.rowConflict());
          } else {
            overlay.translate(running, group);
            state.endWork();
            flow.send(group, running.implicit);
          }
        },
        error -> flow.abort(group, error));
  }

  /** Runs the DDL statement again that was undone for the sake of others. */
  void repeatSchemaChange(Transaction running, Runnable then, Runnable otherwise) {
    state.beginWork();
    running.schemaChangeDue = false;
    state.ask(
        answer -> {
          if (answer.error() == null) {
            state.endWork();
            then.run();
          } else {
            otherwise.run();
          }
        },
        // The client knows the job by the id of the first time.
        "SET LOCAL dsql.job_id = " + Sql.literal(running.jobId),
        running.schemaChange);
  }

  private static void lose(Transaction running, Answer answer) {
    LOG.log(
        System.Logger.Level.WARNING,
        "a transaction could not be kept and is told that it has lost: {0}",
        answer.error());
    running.lose(Conflicts.rowConflict());
  }
}
