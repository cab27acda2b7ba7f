package io.github.dsqljava.local.session;

import io.github.dsqljava.local.session.Transaction.Protection;
import io.github.dsqljava.local.sql.SqlOutline.Kind;
import io.github.dsqljava.local.wire.ErrorMessage;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides how a group is run: as it is, with a savepoint before it, in a transaction of our own, or
 * on shadows. Belongs to an event loop.
 */
final class Dispatcher {
  private final SessionState state;
  private final Contention contention;
  private final BackendLink link;
  private final ClientQueue queue;
  private final Parking parking;
  private final Committing committing;
  private final Flow flow;
  private final ClientExchange.Listener listener;
  private final Rules rules = new Rules();

  /** How many exchanges are in flight that others have to let finish. */
  private int unguarded;

  Dispatcher(
      SessionState state,
      ClientQueue queue,
      Parking parking,
      Committing committing,
      Flow flow,
      ClientExchange.Listener listener) {
    this.state = state;
    this.contention = state.contention;
    this.link = state.link;
    this.queue = queue;
    this.parking = parking;
    this.committing = committing;
    this.flow = flow;
    this.listener = listener;
  }

  /** Whether a group may be sent while another one runs. */
  boolean mayFollow(ClientGroup group) {
    Transaction running = state.transaction;
    boolean plain =
        running == null
            ? !mayBeginImplicit(group) && !group.checksSyntax
            : (!running.parked
                && !running.isLost()
                && !running.implicit
                && !group.checksSyntax
                && (group.kind != Kind.COMMIT || committing.isPlain(running)));
    return plain
        && !state.isYieldDue()
        && !link.mayTakeBackOrStop()
        && !state.isContended()
        && !rules.mayRefuse(group)
        && tooLate(running, group) == null;
  }

  /**
   * What others run unguarded was sent when they were alone. It is short, as a rule; if it is not,
   * it has been waited for long enough.
   */
  boolean hasToLetOthersFinish(ClientGroup group) {
    if (group.kind.isTransactionControl()
        || group.checksSyntax
        || group.standsAlone
        || group.hasBeenPatient()
        || contention.unguarded() <= unguarded) {
      return false;
    }
    if (group.waitForOthers()) {
      contention.whenGuarded(() -> link.execute(flow::pump));
      link.schedule(
          () -> {
            group.losePatience();
            flow.pump();
          },
          Contention.PATIENCE);
    }
    return true;
  }

  /** Runs a group, or refuses it. */
  void dispatch(ClientGroup group) {
    Transaction running = state.transaction;
    if (link.isIdle()) {
      rules.synchronize(state);
    }
    rules.judge(group, link.allocator());
    if (group.checksSyntax) {
      checkSyntax(group);
    } else if (running == null) {
      ErrorMessage late = tooLateNow(null, group);
      if (late == null) {
        dispatchOutside(group);
      } else {
        flow.answer(group, late);
      }
    } else if (running.isLost()) {
      tellLoss(running, group);
    } else if (state.status == 'E' && link.isIdle()) {
      if (group.kind == Kind.COMMIT || group.kind == Kind.ROLLBACK) {
        state.endWith(group, running);
      }
      flow.send(group, /* holding= */ false);
    } else {
      dispatchIfInTime(running, group);
    }
  }

  private void dispatchIfInTime(Transaction running, ClientGroup group) {
    ErrorMessage late = tooLateNow(running, group);
    if (late != null) {
      refuse(group, late);
    } else if (running.schemaChangeDue && group.kind != Kind.ROLLBACK) {
      parking.repeatSchemaChange(
          running,
          () -> {
            dispatch(running, group);
            flow.pump();
          },
          () -> refuse(group, Conflicts.schemaConflict()));
    } else {
      dispatch(running, group);
    }
  }

  /** Why a group must not run any more; null if it may. */
  private @Nullable ErrorMessage tooLate(@Nullable Transaction running, ClientGroup group) {
    if (group.refused != null || group.kind == Kind.ROLLBACK) {
      return null;
    }
    if (running != null && group.executes) {
      Duration age = running.age(contention.terms.clock().instant());
      Duration limit = contention.terms.transactionAge();
      if (age.compareTo(limit) > 0) {
        return Conflicts.tooOld(age, limit);
      }
    }
    boolean commitsSomething = group.kind == Kind.COMMIT && running != null && running.usesCatalog;
    return state.catalog.isStale() && (commitsSomething || Catalog.concerns(group))
        ? Conflicts.schemaConflict()
        : null;
  }

  /** The same for a group whose turn has come. */
  private @Nullable ErrorMessage tooLateNow(@Nullable Transaction running, ClientGroup group) {
    // What has come to pass since it was found that it may follow others concerns the next one.
    return link.isIdle() ? tooLate(running, group) : null;
  }

  /** PostgreSQL reads all statements of a Query before it runs the first. */
  private void checkSyntax(ClientGroup group) {
    boolean inTransaction = state.status == 'T';
    String savepoint = Sql.identifier("dsql$syntax");
    state.beginWork();
    if (inTransaction) {
      state.ask(unused -> {}, "SAVEPOINT " + savepoint);
    }
    ByteBuf script = link.allocator().buffer();
    Frontend.check(script, group.sql);
    Frontend.sync(script);
    link.ask(
        answer -> {
          state.status = answer.status();
          ErrorMessage error = answer.error();
          if (error != null && !Conflicts.isOnlyNumberOfStatements(error)) {
            flow.answer(group, error);
          } else if (inTransaction) {
            state.ask(
                unused -> flow.over(group, /* failed= */ false),
                "ROLLBACK TO SAVEPOINT " + savepoint,
                "RELEASE SAVEPOINT " + savepoint);
          } else {
            flow.over(group, /* failed= */ false);
          }
        },
        script);
  }

  /** Whether a group outside of a transaction may get one of our own. */
  private boolean mayBeginImplicit(ClientGroup group) {
    // A portal that was bound before a Flush has to be there behind it.
    return (group.executes || (!group.last && !group.bound.isEmpty()))
        && !group.standsAlone
        && !group.kind.isTransactionControl()
        && (!group.last || locksForOthers(group));
  }

  private boolean locksForOthers(ClientGroup group) {
    return group.locksRows || (group.mayChangeRows && contention.hasForeignKeys());
  }

  private void dispatchOutside(ClientGroup group) {
    if (group.kind == Kind.BEGIN) {
      begin(group);
    } else if (group.kind.isTransactionControl() || (!group.executes && !mayBeginImplicit(group))) {
      flow.send(group, /* holding= */ false);
    } else if (!mayBeginImplicit(group)) {
      flow.send(group, state.isContended() || (isAlone() && group.mayChangeRows));
    } else if (!group.last || !sendUnguarded(group, /* holding= */ isAlone())) {
      beginImplicit(group);
    }
  }

  private void dispatch(Transaction running, ClientGroup group) {
    switch (group.kind) {
      case BEGIN -> {
        ClientExchange exchange = link.send(group, /* holding= */ false, listener);
        if (running.implicit) {
          exchange.hideWarnings();
        }
      }
      case COMMIT -> {
        warnOfNoTransaction(running);
        commit(running, group);
      }
      case ROLLBACK -> {
        warnOfNoTransaction(running);
        state.endWith(group, running);
        flow.send(group, /* holding= */ false);
      }
      default -> dispatchStatement(running, group);
    }
  }

  /** PostgreSQL does not know that it is not the client's. */
  private void warnOfNoTransaction(Transaction running) {
    if (running.implicit) {
      link.toClient(Conflicts.noTransaction().encode(link.allocator()).setByte(0, 'N'));
    }
  }

  private void commit(Transaction running, ClientGroup group) {
    if (committing.isPlain(running)
        && committing.isToBeRemembered(running)
        && sendUnguarded(group, /* holding= */ false)) {
      state.endWith(group, running);
    } else {
      committing.decide(running, new ExplicitEnding(state, flow, running, group));
    }
  }

  private void dispatchStatement(Transaction running, ClientGroup group) {
    if (!group.executes && group.bound.isEmpty() && group.parsed.isEmpty()) {
      flow.send(group, /* holding= */ false);
      return;
    }
    if (running.snapshot == null) {
      running.snapshot = contention.history.open();
    }
    boolean first = !running.hasExecuted;
    running.learn(group);
    if (group.kind == Kind.SCHEMA_CHANGE) {
      running.schemaChange = group.schemaChange();
    }
    if (!running.parked) {
      running.settings.addAll(group.settings());
    }
    boolean guardable = running.hasBase;
    if (running.parked) {
      parking.run(running, group);
    } else if (first && guardable && (isAlone() || state.isContended())) {
      running.protection = Protection.BASE;
      flow.send(group, /* holding= */ true);
    } else if (!sendUnguarded(group, /* holding= */ false)) {
      if (guardable) {
        setStatementSavepoint(running);
      }
      flow.send(group, /* holding= */ guardable);
    }
  }

  /** Whether nothing is behind what is sent now, and nothing before it that could fail. */
  private boolean isAlone() {
    return queue.isEmpty() && link.runsNothingButBegin();
  }

  /** Sends a group without guarding it, which is right as long as nobody else is active. */
  private boolean sendUnguarded(ClientGroup group, boolean holding) {
    contention.beginUnguarded();
    if (state.isContended()) {
      contention.endUnguarded();
      return false;
    }
    unguarded++;
    group.unguarded = true;
    flow.send(group, holding);
    return true;
  }

  /** It has been answered. */
  void guarded(ClientGroup group) {
    if (group.unguarded) {
      group.unguarded = false;
      unguarded--;
      contention.endUnguarded();
    }
  }

  private void begin(ClientGroup group) {
    Transaction begun = contention.transaction(/* implicit= */ false);
    state.transaction = begun;
    group.append(link.allocator(), "SAVEPOINT " + Sql.identifier(Transaction.BASE));
    begun.hasBase = true;
    group.cannotFail = group.onlyBegins();
    flow.send(group, /* holding= */ false);
  }

  /**
   * A transaction of our own. A lock read counts at its commit, and for that it needs one that we
   * know of; statements that stand between others and a Sync are one transaction for PostgreSQL
   * too.
   */
  private void beginImplicit(ClientGroup group) {
    Transaction begun = contention.transaction(/* implicit= */ true);
    state.transaction = begun;
    begun.hasBase = true;
    state.ask(unused -> {}, "BEGIN", "SAVEPOINT " + Sql.identifier(Transaction.BASE));
    dispatchStatement(begun, group);
  }

  /**
   * They are nested and never released: the locks of a released subtransaction belong to the whole
   * transaction, and whoever waits for them waits for its end.
   */
  private void setStatementSavepoint(Transaction running) {
    running.protection = Protection.STATEMENT;
    state.ask(unused -> {}, "SAVEPOINT " + Sql.identifier(Transaction.STATEMENT));
  }

  private void refuse(ClientGroup group, ErrorMessage error) {
    Transaction running = state.transaction;
    if (group.kind == Kind.COMMIT && running != null) {
      new ExplicitEnding(state, flow, running, group).lose(error);
    } else {
      flow.abort(group, error);
    }
  }

  private void tellLoss(Transaction running, ClientGroup group) {
    if (group.kind == Kind.ROLLBACK) {
      state.endWith(group, running);
      flow.send(group, /* holding= */ false);
    } else {
      refuse(group, running.loss());
    }
  }

  /** The session is over. */
  void release() {
    while (unguarded > 0) {
      unguarded--;
      contention.endUnguarded();
    }
  }
}
