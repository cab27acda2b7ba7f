package io.github.dsqljava.local.session;

import io.github.dsqljava.local.session.Interruption.Leave;
import io.github.dsqljava.local.session.Transaction.Protection;
import io.github.dsqljava.local.sql.SqlOutline.Kind;
import io.github.dsqljava.local.wire.ErrorMessage;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Runs the groups of one client on its PostgreSQL session, in their order, and decides how: as they
 * are, with a savepoint before them, in a transaction of our own, or on shadows. See
 * docs/concurrency.md.
 *
 * <p>Belongs to an event loop. What other threads may call says so.
 */
final class Session implements ClientExchange.Listener, Flow {
  /**
   * How often a statement outside of a transaction is run again when it crossed others. Each time
   * all but it go on, so this many others would have to cross it in turn.
   */
  private static final int MAX_ATTEMPTS = 20;

  private static final int MAX_QUEUED = 1024 * 1024;

  private final int pid;
  private final Contention contention;
  private final BackendLink link;
  private final SessionState state;
  private final Parking parking;
  private final Committing committing;
  private final Deque<Object> queue = new ArrayDeque<>();

  private int queuedBytes;

  /** Whether what comes up to the next Sync stands behind an error, and is not run. */
  private boolean droppingRest;

  /** Whether the client is to be told that its turn has come. */
  private boolean readyDue;

  /** How many exchanges are in flight that others have to let finish. */
  private int unguarded;

  /** How often it had given way when it was asked to; somebody waits if that is still so. */
  private int yieldAsked = -1;

  /** Answered by PostgreSQL, while the transaction around it is still to be committed. */
  private @Nullable ClientExchange finishing;

  private boolean closed;

  Session(int pid, Contention contention, BackendLink link) {
    this.pid = pid;
    this.contention = contention;
    this.link = link;
    this.state = new SessionState(contention, link);
    this.parking = new Parking(state, this);
    this.committing = new Committing(state);
  }

  int pid() {
    return pid;
  }

  Interruption interruption() {
    return state.interruption;
  }

  // ---- what the client sends

  /** Nothing is run before {@link #pump}. */
  void received(ClientGroup group) {
    if (droppingRest) {
      drop(group);
    } else {
      queue.addLast(group);
      queuedBytes += group.size();
    }
  }

  /** A message outside of groups: goodbye, data of COPY. */
  void receivedRaw(ByteBuf message) {
    if (link.copiesIn() || (queue.isEmpty() && !state.isWorking())) {
      link.send(message);
    } else {
      queue.addLast(message);
    }
  }

  /** Runs what can be run now. */
  void pump() {
    if (closed) {
      return;
    }
    if (readyDue) {
      // Nothing is half done here, so whatever the client sends in return may come at once.
      readyDue = false;
      link.toClient(Frontend.ready(link.allocator(), state.status));
      link.flushClient();
    }
    updateActivity(); // before looking at the others, so that of two at least one sees the other
    while (!queue.isEmpty() && !state.isWorking() && !state.interruption.isUnderWay()) {
      if (isYieldDue() && link.isIdle()) {
        giveWay();
        if (state.isWorking()) {
          break;
        }
      }
      if (queue.peekFirst() instanceof ByteBuf message) {
        queue.removeFirst();
        link.send(message);
        continue;
      }
      ClientGroup group = (ClientGroup) queue.getFirst();
      if ((!link.isIdle() && !mayFollow(group)) || hasToLetOthersFinish(group)) {
        break;
      }
      queue.removeFirst();
      queuedBytes -= group.size();
      dispatch(group);
    }
    link.setWritable(queuedBytes < MAX_QUEUED);
    updateActivity();
    link.flush();
  }

  /** Whether a group may be sent while another one runs. */
  private boolean mayFollow(ClientGroup group) {
    Transaction running = state.transaction;
    boolean plain =
        running == null
            ? !mayBeginImplicit(group) && !group.checksSyntax
            : (!running.parked
                && !running.isLost()
                && !running.implicit
                && !group.checksSyntax
                && (group.kind != Kind.COMMIT || committing.isPlain(running)));
    return plain && !isYieldDue() && !link.mayTakeBackOrStop() && !state.isContended();
  }

  /**
   * What others run unguarded was sent when they were alone. It is short, as a rule; if it is not,
   * it has been waited for long enough.
   */
  private boolean hasToLetOthersFinish(ClientGroup group) {
    if (group.kind.isTransactionControl()
        || group.checksSyntax
        || group.hasBeenPatient()
        || contention.unguarded() <= unguarded) {
      return false;
    }
    if (group.waitForOthers()) {
      contention.whenGuarded(() -> link.execute(this::pump));
      link.schedule(
          () -> {
            group.losePatience();
            pump();
          },
          Contention.PATIENCE);
    }
    return true;
  }

  private void dispatch(ClientGroup group) {
    Transaction running = state.transaction;
    if (group.checksSyntax) {
      checkSyntax(group);
    } else if (running == null) {
      dispatchOutside(group);
    } else if (running.isLost()) {
      tellLoss(running, group);
    } else if (state.status == 'E' && link.isIdle()) {
      if (group.kind == Kind.COMMIT || group.kind == Kind.ROLLBACK) {
        endWith(group, running);
      }
      send(group, /* holding= */ false);
    } else if (running.schemaChangeDue && group.kind != Kind.ROLLBACK) {
      parking.repeatSchemaChange(
          running,
          () -> {
            dispatch(running, group);
            pump();
          },
          () -> refuse(group, Conflicts.schemaConflict()));
    } else {
      dispatch(running, group);
    }
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
            answer(group, error);
          } else if (inTransaction) {
            state.ask(
                unused -> over(group, /* failed= */ false),
                "ROLLBACK TO SAVEPOINT " + savepoint,
                "RELEASE SAVEPOINT " + savepoint);
          } else {
            over(group, /* failed= */ false);
          }
        },
        script);
  }

  /** Whether a group outside of a transaction may get one of our own. */
  private boolean mayBeginImplicit(ClientGroup group) {
    return group.executes
        && !group.kind.isTransactionControl()
        && (!group.last || locksForOthers(group));
  }

  private boolean locksForOthers(ClientGroup group) {
    return group.locksRows || (group.mayChangeRows && contention.hasForeignKeys());
  }

  private void dispatchOutside(ClientGroup group) {
    if (group.kind == Kind.BEGIN) {
      begin(group);
    } else if (!group.executes || group.kind.isTransactionControl()) {
      send(group, /* holding= */ false);
    } else if (!mayBeginImplicit(group)) {
      send(group, state.isContended() || (isAlone() && group.mayChangeRows));
    } else if (!group.last || !sendUnguarded(group, /* holding= */ isAlone())) {
      beginImplicit(group);
    }
  }

  private void dispatch(Transaction running, ClientGroup group) {
    switch (group.kind) {
      case BEGIN -> {
        ClientExchange exchange = link.send(group, /* holding= */ false, this);
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
        endWith(group, running);
        send(group, /* holding= */ false);
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
      endWith(group, running);
    } else {
      committing.decide(running, new ExplicitEnding(running, group));
    }
  }

  private void dispatchStatement(Transaction running, ClientGroup group) {
    if (!group.executes && group.bound.isEmpty() && group.parsed.isEmpty()) {
      send(group, /* holding= */ false);
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
    boolean guardable = running.hasBase && !running.usesSavepoints;
    if (running.parked) {
      parking.run(running, group);
    } else if (first && guardable && (isAlone() || state.isContended())) {
      running.protection = Protection.BASE;
      send(group, /* holding= */ true);
    } else if (!sendUnguarded(group, /* holding= */ false)) {
      if (guardable) {
        setStatementSavepoint(running);
      }
      send(group, /* holding= */ guardable);
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
    send(group, holding);
    return true;
  }

  private void guarded(ClientGroup group) {
    if (group.unguarded) {
      group.unguarded = false;
      unguarded--;
      contention.endUnguarded();
    }
  }

  private void begin(ClientGroup group) {
    Transaction begun = new Transaction(contention.epoch(), /* implicit= */ false);
    state.transaction = begun;
    group.append(link.allocator(), "SAVEPOINT " + Sql.identifier(Transaction.BASE));
    begun.hasBase = true;
    group.cannotFail = group.onlyBegins();
    send(group, /* holding= */ false);
  }

  /**
   * A transaction of our own. A lock read counts at its commit, and for that it needs one that we
   * know of; statements that stand between others and a Sync are one transaction for PostgreSQL
   * too.
   */
  private void beginImplicit(ClientGroup group) {
    Transaction begun = new Transaction(contention.epoch(), /* implicit= */ true);
    state.transaction = begun;
    begun.hasBase = true;
    state.ask(unused -> {}, "BEGIN", "SAVEPOINT " + Sql.identifier(Transaction.BASE));
    dispatchStatement(begun, group);
  }

  /** For a transaction that began in a way we did not see. */
  private void setBase(Transaction of) {
    state.ask(
        answer -> {
          of.hasBase = answer.error() == null;
          settled();
        },
        "SAVEPOINT " + Sql.identifier(Transaction.BASE));
  }

  /**
   * They are nested and never released: the locks of a released subtransaction belong to the whole
   * transaction, and whoever waits for them waits for its end.
   */
  private void setStatementSavepoint(Transaction running) {
    running.protection = Protection.STATEMENT;
    state.ask(unused -> {}, "SAVEPOINT " + Sql.identifier(Transaction.STATEMENT));
  }

  @Override
  public void send(ClientGroup group, boolean holding) {
    link.send(group, holding, this);
    state.interruption.started(holding ? Leave.TO_SET_OTHERS_FREE : Leave.NONE);
  }

  /** What follows need not wait for the answer; if that is an error, the transaction is back. */
  private void endWith(ClientGroup group, Transaction ended) {
    group.ended = ended;
    end(ended);
  }

  private void end(Transaction of) {
    state.end(of);
    yieldAsked = -1;
  }

  // ---- what PostgreSQL answers

  @Override
  public void copyBegins() {
    link.copyBegins();
    // Data that came before it was asked for, while other statements of the Query wait.
    queue.removeIf(
        item -> {
          boolean isData = item instanceof ByteBuf;
          if (isData) {
            link.send((ByteBuf) item);
          }
          return isData;
        });
  }

  @Override
  public void answered(ClientExchange exchange, byte newStatus) {
    ClientGroup group = exchange.group;
    state.status = newStatus;
    guarded(group);
    boolean failed = !exchange.sqlState().isEmpty();
    if (group.ended != null && newStatus == 'E' && state.transaction == null) {
      state.transaction = new Transaction(contention.epoch(), group.ended.implicit);
    }
    Transaction running = state.transaction;
    if (group.kind == Kind.BEGIN && running != null) {
      running.hasBase &= !failed || running.implicit;
      running.implicit &= failed; // what was ours is the client's now
    } else if (group.kind == Kind.COMMIT) {
      committing.settle(!failed);
    } else if (group.kind == Kind.SCHEMA_CHANGE && !failed && group.mentionsForeignKeys) {
      contention.foreignKeyAdded();
    }
    if (exchange.isHolding() && runsAgain(exchange, newStatus)) {
      exchange.discard();
    } else if (running != null && running.implicit && (group.last || failed)) {
      endImplicit(running, exchange);
    } else {
      deliver(exchange);
    }
  }

  /** Hands an answer on. */
  private void deliver(ClientExchange exchange) {
    exchange.deliver();
    over(exchange.group, /* failed= */ !exchange.sqlState().isEmpty());
  }

  private void over(ClientGroup group, boolean failed) {
    settle();
    if (group.last) {
      readyDue = true;
    } else if (failed) {
      dropRest();
    }
    group.release();
    pump();
  }

  private void endImplicit(Transaction running, ClientExchange exchange) {
    finishing = exchange;
    if (state.status == 'T') {
      committing.decide(running, new ImplicitEnding(running, exchange));
    } else {
      end(running);
      state.beginWork();
      state.ask(unused -> finish(exchange), "ROLLBACK");
    }
  }

  private void finish(ClientExchange exchange) {
    finishing = null;
    deliver(exchange);
  }

  /** What follows an error in a group of the client's is not run. */
  private void dropRest() {
    droppingRest = true;
    while (droppingRest && queue.peekFirst() instanceof ClientGroup rest) {
      queue.removeFirst();
      queuedBytes -= rest.size();
      drop(rest);
    }
  }

  private void drop(ClientGroup group) {
    if (group.last) {
      droppingRest = false;
      readyDue = true;
    }
    group.release();
  }

  private boolean runsAgain(ClientExchange exchange, byte newStatus) {
    ClientGroup group = exchange.group;
    String sqlState = exchange.sqlState();
    boolean broken =
        sqlState.equals(Conflicts.DEADLOCK)
            || (exchange.isCancelled() && sqlState.equals(Conflicts.QUERY_CANCELED));
    Transaction running = state.transaction;
    if (running == null) {
      if (!broken || newStatus != 'I' || ++group.attempts > MAX_ATTEMPTS) {
        return false;
      }
      forgetStatements(group);
      send(group, /* holding= */ true);
      return true;
    }
    if (newStatus != 'E'
        || running.parked
        || running.protection == Protection.NONE
        || !(broken || Conflicts.mayBeConflict(sqlState))) {
      return false;
    }
    // A key share goes together with changes that PostgreSQL takes for conflicts.
    running.doomed |=
        sqlState.equals(Conflicts.SERIALIZATION_FAILURE) && !group.sharesKeys && !broken;
    forgetStatements(group);
    parking.moveToShadows(running, group);
    return true;
  }

  /** What a group has prepared survives its failure, and would be in the way of another try. */
  private void forgetStatements(ClientGroup group) {
    if (!group.parsed.isEmpty()) {
      ByteBuf script = link.allocator().buffer();
      group.parsed.keySet().forEach(name -> Frontend.close(script, 'S', name));
      Frontend.sync(script);
      link.ask(answer -> state.status = answer.status(), script);
    }
  }

  @Override
  public void settled() {
    settle();
    pump();
  }

  private void settle() {
    state.endWork();
    if (link.isIdle()) {
      state.interruption.ended();
      Transaction running = state.transaction;
      if (state.status == 'I' && running != null) {
        end(running);
      } else if (state.status == 'T' && running == null) {
        Transaction found = new Transaction(contention.epoch(), /* implicit= */ false);
        state.transaction = found;
        setBase(found);
      }
      if (isYieldDue() && !state.isWorking()) {
        giveWay();
      }
    }
  }

  // ---- giving way

  /** How often it has given way. Any thread. */
  int concessions() {
    return state.concessions();
  }

  /**
   * Somebody waits for locks of this session. Any thread.
   *
   * @param seen its {@link #concessions} before PostgreSQL was asked who waits
   */
  void requestYield(int seen) {
    link.execute(
        () -> {
          if (state.transaction != null && state.concessions() == seen) {
            yieldAsked = seen;
            if (link.isIdle() && !state.isWorking() && !state.interruption.isUnderWay()) {
              giveWay();
            }
            pump();
          }
        });
  }

  private boolean isYieldDue() {
    return yieldAsked == state.concessions();
  }

  private void giveWay() {
    // A transaction that is about to end need not.
    boolean ends =
        queue.peekFirst() instanceof ClientGroup next
            && (next.kind == Kind.COMMIT || next.kind == Kind.ROLLBACK);
    if (!ends) {
      yieldAsked = -1;
      parking.giveWay();
    }
  }

  // ---- endings

  private final class ExplicitEnding implements Ending {
    private final Transaction running;
    private final ClientGroup group;

    ExplicitEnding(Transaction running, ClientGroup group) {
      this.running = running;
      this.group = group;
    }

    @Override
    public void win() {
      endWith(group, running);
      state.endWork();
      send(group, /* holding= */ false);
      pump();
    }

    @Override
    public void lose(ErrorMessage error) {
      end(running);
      state.beginWork();
      state.ask(unused -> answer(group, error), "ROLLBACK");
    }
  }

  private final class ImplicitEnding implements Ending {
    private final Transaction running;
    private final ClientExchange exchange;

    ImplicitEnding(Transaction running, ClientExchange exchange) {
      this.running = running;
      this.exchange = exchange;
    }

    @Override
    public void win() {
      end(running);
      state.beginWork();
      state.ask(
          answer -> {
            ErrorMessage error = answer.error();
            committing.settle(error == null);
            if (error != null) {
              exchange.fail(error);
            }
            finish(exchange);
          },
          "COMMIT");
    }

    @Override
    public void lose(ErrorMessage error) {
      end(running);
      state.beginWork();
      state.ask(
          unused -> {
            exchange.fail(error);
            finish(exchange);
          },
          "ROLLBACK");
    }
  }

  private void refuse(ClientGroup group, ErrorMessage error) {
    Transaction running = state.transaction;
    if (group.kind == Kind.COMMIT && running != null) {
      new ExplicitEnding(running, group).lose(error);
    } else {
      abort(group, error);
    }
  }

  private void tellLoss(Transaction running, ClientGroup group) {
    if (group.kind == Kind.ROLLBACK) {
      endWith(group, running);
      send(group, /* holding= */ false);
    } else {
      refuse(group, running.loss());
    }
  }

  @Override
  public void abort(ClientGroup group, ErrorMessage error) {
    Transaction running = state.transaction;
    boolean implicit = running != null && running.implicit;
    if (running != null) {
      end(running);
    }
    if (implicit) {
      state.beginWork();
      state.ask(unused -> answer(group, error), "ROLLBACK");
    } else {
      state.transaction = new Transaction(contention.epoch(), /* implicit= */ false);
      parking.fail(() -> answer(group, error));
    }
  }

  @Override
  public void answer(ClientGroup group, ErrorMessage error) {
    link.toClient(error.encode(link.allocator()));
    over(group, /* failed= */ true);
  }

  // ---- life

  private void updateActivity() {
    boolean now =
        state.transaction != null
            || state.status != 'I'
            || !link.isIdle()
            || !queue.isEmpty()
            || state.isWorking();
    if (now != state.active) {
      state.active = now;
      if (now) {
        contention.activated();
      } else {
        contention.deactivated();
      }
    }
  }

  void opened() {
    contention.add(this);
  }

  void closed() {
    closed = true;
    contention.remove(this);
    for (Object item : queue) {
      if (item instanceof ClientGroup group) {
        group.release();
      } else {
        ((ByteBuf) item).release();
      }
    }
    queue.clear();
    if (finishing != null) {
      finishing.abandon();
    }
    while (unguarded > 0) {
      unguarded--;
      contention.endUnguarded();
    }
    // Nobody will ever know whether it took place; who raced it had better lose.
    committing.settle(/* succeeded= */ true);
    Transaction running = state.transaction;
    if (running != null) {
      end(running);
    }
    if (state.active) {
      state.active = false;
      contention.deactivated();
    }
  }
}
