package io.github.dsqljava.local.session;

import io.github.dsqljava.local.catalog.CatalogCopy;
import io.github.dsqljava.local.dialect.Statement;
import io.github.dsqljava.local.dialect.Trait;
import io.github.dsqljava.local.dialect.TransactionEffect;
import io.github.dsqljava.local.faults.Fault.Before;
import io.github.dsqljava.local.faults.StatementFaults.Hit;
import io.github.dsqljava.local.occ.Committing;
import io.github.dsqljava.local.occ.Contention;
import io.github.dsqljava.local.occ.Parking;
import io.github.dsqljava.local.occ.Transaction;
import io.github.dsqljava.local.occ.Transaction.Phase;
import io.github.dsqljava.local.occ.Transaction.Protection;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.ServiceErrors;
import io.github.dsqljava.local.protocol.TransactionStatus;
import io.github.dsqljava.local.request.FailInPlace;
import io.github.dsqljava.local.request.Group;
import io.github.dsqljava.local.request.OwnNames;
import io.github.dsqljava.local.request.Step;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides how a group runs: as it is, with a savepoint before it, in a transaction around it, or on
 * shadows. Belongs to an event loop.
 */
final class Dispatcher {
  private static final String SET_BASE = "SAVEPOINT " + Transaction.BASE;

  /**
   * These savepoints are nested and never released. The locks of a released subtransaction pass to
   * the whole transaction, so a session that waits for them would wait for its end. After queries
   * alone, the earlier savepoint serves as well as a new one.
   */
  private static final String SET_STATEMENT = "SAVEPOINT " + Transaction.STATEMENT;

  /** The maximum age of transactions. */
  record Age(Duration limit, InstantSource clock) {}

  private final SessionState state;
  private final Contention contention;
  private final Exchanges exchanges;
  private final OwnWork own;
  private final Judge judge;
  private final Parking parking;
  private final Committing committing;
  private final Flow flow;
  private final Age age;
  private final OwnNames names;
  private final ByteBufAllocator allocator;
  private final BooleanSupplier nothingIsQueued;

  /** The number of unguarded exchanges in flight, which other sessions have to let finish. */
  private int unguarded;

  Dispatcher(
      SessionState state,
      Contention contention,
      Exchanges exchanges,
      OwnWork own,
      Judge judge,
      Parking parking,
      Committing committing,
      Flow flow,
      Age age,
      OwnNames names,
      ByteBufAllocator allocator,
      BooleanSupplier nothingIsQueued) {
    this.state = state;
    this.contention = contention;
    this.exchanges = exchanges;
    this.own = own;
    this.judge = judge;
    this.parking = parking;
    this.committing = committing;
    this.flow = flow;
    this.age = age;
    this.names = names;
    this.allocator = allocator;
    this.nothingIsQueued = nothingIsQueued;
  }

  // ---- whether its turn has come

  /** Whether a group may be sent before the running ones are answered. */
  boolean mayFollow(Run run) {
    Group group = run.group();
    Transaction running = state.transaction();
    boolean plain =
        running == null
            ? !mayBeginImplicit(group)
            : running.phase() == Phase.OPEN
                && !running.isImplicit()
                && (group.effect() != TransactionEffect.COMMIT || committing.isPlain(running));
    return plain
        && !group.checksSyntax()
        && !group.usesUncertainName()
        && !state.isYieldDue()
        && !exchanges.mayTakeBackOrStop()
        // Outside of a transaction PostgreSQL would commit it without the rest of its batch.
        && (group.isLast() || !exchanges.mayFailToBegin())
        && !state.isContended()
        && !judge.mayFail(group)
        && tooLate(running, group) == null;
  }

  /** Whether the session has to wait for other sessions' unguarded statements. */
  boolean hasToLetOthersFinish(Run run) {
    Group group = run.group();
    return !group.effect().isTransactionControl()
        && !group.checksSyntax()
        && !group.standsAlone()
        && !run.hasBeenPatient()
        && contention.unguarded() > unguarded;
  }

  // ---- running it

  /** Runs a group, or makes it fail. */
  void dispatch(Run run) {
    Group group = run.group();
    if (group.checksSyntax()) {
      checkSyntax(run);
      return;
    }
    TransactionStatus client = state.clientStatus();
    run.dispatched(client != TransactionStatus.IDLE);
    if (exchanges.isIdle()) {
      judge.synchronize(state.status(), client);
    }
    judge.judge(run, client);
    Transaction running = state.transaction();
    if (running == null) {
      dispatchOutside(run);
    } else if (running.phase() == Phase.LOST) {
      tellLoss(running, run);
    } else if (state.status() == TransactionStatus.FAILED && exchanges.isIdle()) {
      dispatchFailed(running, run);
    } else {
      dispatchInside(running, run);
    }
  }

  /** Runs a group again after its transaction has given way. */
  void resume(Run run) {
    Transaction running = state.transaction();
    if (running == null) {
      throw new IllegalStateException("the transaction of the group is over");
    }
    if (running.phase() == Phase.LOST) {
      tellLoss(running, run);
    } else {
      dispatchInside(running, run);
    }
  }

  /**
   * Checks a whole Query, because PostgreSQL parses all of its statements before it runs the first.
   */
  private void checkSyntax(Run run) {
    boolean inTransaction = state.status() == TransactionStatus.OPEN;
    SyntaxCheck check = new SyntaxCheck(own, names, allocator);
    check.run(
        run.group().sql(),
        inTransaction,
        error -> flow.tell(run, run.group().asSent(error)),
        () -> flow.over(run, /* failed= */ false));
  }

  private void dispatchOutside(Run run) {
    Group group = run.group();
    judgeAtItsEnd(run);
    ErrorMessage late = tooLateNow(null, group);
    if (late != null) {
      flow.fail(run, late);
    } else if (group.effect() == TransactionEffect.BEGIN) {
      begin(run);
    } else if (group.effect().isTransactionControl()
        || (!group.executes() && !mayBeginImplicit(group))) {
      flow.send(run, /* holding= */ false);
    } else if (!mayBeginImplicit(group)) {
      flow.send(run, state.isContended() || (isAlone(run) && group.has(Trait.CHANGES_ROWS)));
    } else if (!group.isLast()
        || group.mayAskForData()
        || mayAgeBesideChanges(group)
        || !sendUnguarded(run, /* holding= */ isAlone(run))) {
      beginImplicit(run);
    }
  }

  private void dispatchFailed(Transaction running, Run run) {
    if (run.group().effect().endsTransaction()) {
      state.endWith(run, running);
    }
    flow.send(run, /* holding= */ false);
  }

  private void dispatchInside(Transaction running, Run run) {
    Group group = run.group();
    ErrorMessage late = tooLateNow(running, group);
    if (late != null) {
      refuse(run, late);
    } else if (running.schemaChangeIsDue() && !group.effect().rollsBack()) {
      parking.repeatSchemaChange(
          running,
          () -> dispatchByEffect(running, run),
          () -> refuse(run, ServiceErrors.schemaConflict()));
    } else {
      dispatchByEffect(running, run);
    }
  }

  private void dispatchByEffect(Transaction running, Run run) {
    Hit hit = run.fault();
    switch (run.group().effect()) {
      case BEGIN -> flow.send(run, /* holding= */ false);
      case COMMIT, COMMIT_AND_CHAIN -> {
        if (hit != null && hit.before() == Before.ROLLBACK) {
          ending(running, run).lose(Judge.answer(hit));
        } else {
          warnOfNoTransaction(running);
          commit(running, run);
        }
      }
      case ROLLBACK, ROLLBACK_AND_CHAIN -> {
        warnOfNoTransaction(running);
        state.endWith(run, running);
        flow.send(run, /* holding= */ false);
      }
      case NONE, DML, DDL, OUTSIDE_BLOCK, ALONE -> dispatchStatement(running, run);
    }
  }

  /**
   * Sends PostgreSQL's warning for it, because PostgreSQL sees a transaction that is not the
   * client's.
   */
  private void warnOfNoTransaction(Transaction running) {
    if (running.isImplicit()) {
      flow.warn(ServiceErrors.noTransaction());
    }
  }

  private ExplicitEnding ending(Transaction running, Run run) {
    return new ExplicitEnding(state, own, flow, running, run);
  }

  private void commit(Transaction running, Run run) {
    if (committing.isPlain(running)
        && committing.isToBeRemembered(running)
        && sendUnguarded(run, /* holding= */ false)) {
      state.endWith(run, running);
    } else {
      committing.decide(running, ending(running, run));
    }
  }

  private void dispatchStatement(Transaction running, Run run) {
    Group group = run.group();
    if (!group.executes() && group.bound().isEmpty() && group.prepared().isEmpty()) {
      flow.send(run, /* holding= */ false);
      return;
    }
    if (!group.onlySets()) {
      running.takeSnapshot(contention.history());
    }
    boolean losesNothing = contention.hasOnlyRead(running);
    boolean isSet = running.hasOnlyReadSinceStatement();
    running.hasOnlyReadSinceStatement(false);
    running.learn(group);
    run.runsIn(running);
    judgeAtItsEnd(run, running);
    if (CatalogCopy.concerns(group)) {
      running.readsCatalog(state.catalog().namesIn(group));
    }
    boolean guardable = running.hasBase();
    if (running.isOffTables()) {
      parking.run(running, group);
    } else if (losesNothing
        && guardable
        && (isAlone(run) || state.isContended() || around(running, group))) {
      running.protectedBy(Protection.BASE);
      beBehind(running, group);
      flow.send(run, /* holding= */ true);
    } else if ((guardable && (group.mayAskForData() || isAlone(run))) // it may take long
        || !sendUnguarded(run, /* holding= */ false)) {
      if (guardable) {
        running.protectedBy(Protection.STATEMENT);
        beBehind(running, group);
        if (!isSet) {
          own.sendAhead(SET_STATEMENT);
        }
        running.hasOnlyReadSinceStatement(contention.onlyReads(group));
      }
      flow.send(run, /* holding= */ guardable);
    }
    running.isSent(group);
  }

  /** Whether a group runs in an implicit transaction and may wait for COPY data. */
  private static boolean around(Transaction running, Group group) {
    return running.isImplicit() && group.mayAskForData();
  }

  // ---- transactions

  private void begin(Run run) {
    Group group = run.group();
    Transaction begun = state.begin(/* implicit= */ false);
    // An earlier transaction still in flight may fail before its COMMIT.
    run.cannotFail(exchanges.isIdle() && group.onlyBegins());
    begun.hasBase(group.runsOnlyItsEnd());
    if (begun.hasBase()) { // the client does not see what is answered behind the BEGIN
      group.append(names, SET_BASE, allocator);
    }
    flow.send(run, /* holding= */ false);
  }

  /**
   * Begins a transaction around a group. A locking read conflicts at its commit, so the commit has
   * to go through dsql-local. Statements up to a Sync are one transaction in PostgreSQL, too.
   */
  void beginImplicit(Run run) {
    Transaction begun = state.begin(/* implicit= */ true);
    begun.hasBase(true);
    own.sendAhead("BEGIN", SET_BASE);
    dispatchStatement(begun, run);
  }

  /** Whether a group outside of a transaction may get one around it. */
  private boolean mayBeginImplicit(Group group) {
    // A portal that was bound before a Flush has to survive it.
    return (group.executes() || (!group.isLast() && !group.bound().isEmpty()))
        && !group.standsAlone()
        && !group.effect().isTransactionControl()
        && (!group.isLast()
            || group.mayAskForData()
            || locksForOthers(group)
            || mayAgeBesideChanges(group));
  }

  /**
   * Whether a group changes something and may exceed the maximum age before its commit. PostgreSQL
   * checks the age at a change of rows, so a group that ends with one needs no check here. A change
   * of the schema alone takes no time.
   */
  private static boolean mayAgeBesideChanges(Group group) {
    boolean changesSchema = group.changesSchema();
    if (!changesSchema && !group.has(Trait.CHANGES_ROWS)) {
      return false;
    }
    int count = 0;
    boolean lastChanges = false;
    for (Step step : group.reachable()) {
      Statement statement = step.statement();
      if (step.runs() && statement != null) {
        count++;
        lastChanges = statement.has(Trait.CHANGES_ROWS);
      }
    }
    return changesSchema ? count > 1 : !lastChanges;
  }

  private boolean locksForOthers(Group group) {
    return contention.mayLock(group.has(Trait.LOCKS_ROWS), group.has(Trait.CHANGES_ROWS));
  }

  /**
   * Checks on the snapshot are needed only beside other sessions; a lone session's statement is
   * checked after its answer.
   */
  private void beBehind(Transaction running, Group group) {
    if ((state.isContended() || group.mayAskForData()) && running.getsBehind()) {
      own.sendAhead(Transaction.BE_BEHIND);
    }
  }

  // ---- sending unguarded

  /**
   * Whether nothing has to follow a group at once, and nothing before it could fail. Then it costs
   * little to hold its answer back, so that it can be stopped if it takes long.
   */
  private boolean isAlone(Run run) {
    return (nothingIsQueued.getAsBoolean() || run.mayStopTheNext())
        && exchanges.runsNothingButBegin();
  }

  /** Sends a group unguarded, if no other session is active; returns whether it did. */
  private boolean sendUnguarded(Run run, boolean holding) {
    contention.beginUnguarded();
    if (state.isContended()) {
      contention.endUnguarded();
      return false;
    }
    unguarded++;
    run.unguarded(true);
    flow.send(run, holding);
    return true;
  }

  /** PostgreSQL has answered a group. */
  void answered(Run run) {
    if (run.isUnguarded()) {
      run.unguarded(false);
      unguarded--;
      contention.endUnguarded();
    }
  }

  // ---- what must not be run

  /** Returns the error of a group that must not run any more; null if it may. */
  private @Nullable ErrorMessage tooLate(@Nullable Transaction running, Group group) {
    FailInPlace failure = group.failure();
    boolean runs = failure == null || failure.isBehind();
    if (!runs || group.effect().rollsBack()) {
      return null;
    }
    if (running != null && group.executes()) {
      Optional<ErrorMessage> old = tooOld(running);
      if (old.isPresent()) {
        return old.get();
      }
    }
    if (!state.catalog().isStale(group, running == null ? Set.of() : running.namesUsed())) {
      return null;
    }
    boolean commits = group.effect().commits() && running != null && running.usesCatalog();
    return commits || CatalogCopy.concerns(group) ? ServiceErrors.schemaConflict() : null;
  }

  /**
   * Checks the age of a query outside of a transaction, which is a transaction of its own, after it
   * has run. The service lets it run and fails it for its age when it reads a table. It does the
   * same with a change of rows, which PostgreSQL checks here (limits.sql).
   */
  private void judgeAtItsEnd(Run run) {
    Group group = run.group();
    if (group.executes()
        && group.effect() == TransactionEffect.NONE
        && !group.has(Trait.CHANGES_ROWS)) {
      Instant begin = age.clock().instant();
      run.judgedAtItsEnd(
          new LateStatements(group, () -> tooOld(Duration.between(begin, age.clock().instant()))));
    }
  }

  /**
   * Does the same in a transaction of the client's, where the next statement or COMMIT fails in any
   * case. So it checks only a single statement with nothing in flight behind it. PostgreSQL answers
   * several statements together, and those are not checked here.
   */
  private void judgeAtItsEnd(Run run, Transaction running) {
    Group group = run.group();
    boolean plain =
        group.effect() == TransactionEffect.NONE || group.effect() == TransactionEffect.DML;
    if (plain && !running.isImplicit()) {
      LateStatements late =
          new LateStatements(
              group, () -> exchanges.current() == null ? Optional.empty() : tooOld(running));
      if (late.count() == 1) {
        run.judgedAtItsEnd(late);
      }
    }
  }

  private Optional<ErrorMessage> tooOld(Duration old) {
    return old.compareTo(age.limit()) > 0
        ? Optional.of(ServiceErrors.tooOld(old, age.limit()))
        : Optional.empty();
  }

  /**
   * Returns the error of a transaction that is too old to continue or commit; empty if it is not.
   */
  Optional<ErrorMessage> tooOld(Transaction running) {
    return tooOld(running.age(age.clock().instant()));
  }

  /** Returns the same for a group whose turn has come. */
  private @Nullable ErrorMessage tooLateNow(@Nullable Transaction running, Group group) {
    // A group that follows others was checked already; later changes concern the next one.
    return exchanges.isIdle() ? tooLate(running, group) : null;
  }

  private void refuse(Run run, ErrorMessage error) {
    judge.giveBack(run); // the client is told another error
    Transaction running = state.transaction();
    if (run.group().effect().commits() && running != null) {
      ending(running, run).lose(error);
    } else {
      flow.fail(run, error);
    }
  }

  private void tellLoss(Transaction running, Run run) {
    if (run.group().effect().rollsBack()) {
      state.endWith(run, running);
      flow.send(run, /* holding= */ false);
    } else {
      refuse(run, running.loss());
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
