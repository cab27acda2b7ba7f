package io.github.dsqljava.local.session;

import io.github.dsqljava.local.session.Interruption.Leave;
import io.github.dsqljava.local.session.Transaction.Protection;
import io.github.dsqljava.local.sql.SqlOutline.Kind;
import io.github.dsqljava.local.wire.ErrorMessage;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs the groups of one client on its PostgreSQL session, in their order, and hands the answers
 * on. {@link Dispatcher} decides how a group is run, {@link Parking} and {@link Committing} do what
 * is more than sending it. See docs/concurrency.md.
 *
 * <p>Belongs to an event loop. What other threads may call says so.
 */
final class Session implements ClientExchange.Listener, Flow {
  /**
   * How often a statement outside of a transaction is run again when it crossed others. Each time
   * all but it go on, so this many others would have to cross it in turn.
   */
  private static final int MAX_ATTEMPTS = 20;

  private final int pid;
  private final Contention contention;
  private final BackendLink link;
  private final SessionState state;
  private final Parking parking;
  private final Committing committing;
  private final ClientQueue queue = new ClientQueue();
  private final Dispatcher dispatcher;
  private final SchemaNews schemaNews;

  /** Groups that are neither in the queue nor answered. */
  private final List<ClientGroup> underWay = new ArrayList<>();

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
    this.schemaNews = new SchemaNews(state);
    this.dispatcher = new Dispatcher(state, queue, parking, committing, this, this);
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
    if (closed) {
      group.release();
    } else {
      queue.add(group);
    }
  }

  /** A message outside of groups: goodbye, data of COPY. */
  void receivedRaw(ByteBuf message) {
    if (closed || link.copiesIn() || (queue.isEmpty() && !state.isWorking())) {
      link.send(message);
    } else {
      queue.add(message);
    }
  }

  @Override
  public void pump() {
    if (closed) {
      return;
    }
    if (queue.takeReady()) {
      // Nothing is half done here, so whatever the client sends in return may come at once.
      link.toClient(Frontend.ready(link.allocator(), state.status));
      link.flushClient();
    }
    updateActivity(); // before looking at the others, so that of two at least one sees the other
    while (!queue.isEmpty() && !state.isWorking() && !state.interruption.isUnderWay()) {
      if (state.isYieldDue() && link.isIdle()) {
        giveWay();
        if (state.isWorking()) {
          break;
        }
      }
      if (state.preparationsAreStale && state.status == 'I' && link.isIdle()) {
        state.preparationsAreStale = false;
        Preparations.renew(state, link.preparedStatements(), this::settled);
        break;
      }
      ByteBuf message = queue.pollMessage();
      ClientGroup group = queue.peekGroup();
      if (message != null) {
        link.send(message);
      } else if (group != null) {
        if ((!link.isIdle() && !dispatcher.mayFollow(group))
            || dispatcher.hasToLetOthersFinish(group)) {
          break;
        }
        queue.removeGroup(group);
        underWay.add(group);
        dispatcher.dispatch(group);
      }
    }
    link.setWritable(!queue.isFull());
    updateActivity();
    link.flush();
  }

  @Override
  public void send(ClientGroup group, boolean holding) {
    link.send(group, holding, this);
    if (!group.standsAlone) { // it holds nothing while it waits, so nobody waits for it
      state.interruption.started(holding ? Leave.TO_SET_OTHERS_FREE : Leave.NONE);
    }
  }

  // ---- what PostgreSQL answers

  @Override
  public void copyBegins() {
    link.copyBegins();
    // Data that came before it was asked for, while other statements of the Query wait.
    queue.takeMessages(link::send);
  }

  @Override
  public void answered(ClientExchange exchange, byte newStatus) {
    ClientGroup group = exchange.group;
    state.status = newStatus;
    dispatcher.guarded(group);
    boolean failed = !exchange.sqlState().isEmpty();
    if (group.ended != null && newStatus == 'E' && state.transaction == null) {
      state.transaction = contention.transaction(group.ended.implicit);
    }
    Transaction running = state.transaction;
    schemaNews.answered(exchange, failed);
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
      return;
    }
    schemaNews.over(exchange, failed);
    if (running != null && running.implicit && (group.last || failed)) {
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

  @Override
  public void over(ClientGroup group, boolean failed) {
    settle();
    queue.over(group, failed);
    underWay.remove(group);
    group.release();
    pump();
  }

  private void endImplicit(Transaction running, ClientExchange exchange) {
    finishing = exchange;
    if (state.status == 'T') {
      committing.decide(running, new ImplicitEnding(running, exchange));
    } else {
      state.end(running);
      state.beginWork();
      state.ask(unused -> finish(exchange), "ROLLBACK");
    }
  }

  private void finish(ClientExchange exchange) {
    finishing = null;
    deliver(exchange);
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
        || !(broken || mayBeConflict(group, sqlState))) {
      return false;
    }
    // A key share goes together with changes that PostgreSQL takes for conflicts.
    running.doomed |=
        sqlState.equals(Conflicts.SERIALIZATION_FAILURE) && !group.sharesKeys && !broken;
    forgetStatements(group);
    parking.moveToShadows(running, group);
    return true;
  }

  private static boolean mayBeConflict(ClientGroup group, String sqlState) {
    // DDL meets rows that are there, and names that are taken: nothing another try would change.
    boolean ofSchema =
        group.kind == Kind.SCHEMA_CHANGE && !sqlState.equals(Conflicts.SERIALIZATION_FAILURE);
    return !ofSchema && Conflicts.mayBeConflict(sqlState);
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
    schemaNews.settled();
    if (link.isIdle()) {
      state.interruption.ended();
      Transaction running = state.transaction;
      if (state.status == 'I' && running != null) {
        state.end(running);
      } else if (state.status == 'T' && running == null) {
        Transaction found = contention.transaction(/* implicit= */ false);
        state.transaction = found;
        setBase(found);
      }
      if (state.isYieldDue() && !state.isWorking()) {
        giveWay();
      }
    }
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
            state.askToYield(seen);
            if (link.isIdle() && !state.isWorking() && !state.interruption.isUnderWay()) {
              giveWay();
            }
            pump();
          }
        });
  }

  private void giveWay() {
    // A transaction that is about to end need not.
    ClientGroup next = queue.peekGroup();
    if (next == null || !(next.kind == Kind.COMMIT || next.kind == Kind.ROLLBACK)) {
      state.askToYield(SessionState.NOBODY_ASKS);
      parking.giveWay();
    }
  }

  // ---- endings

  private final class ImplicitEnding implements Ending {
    private final Transaction running;
    private final ClientExchange exchange;

    ImplicitEnding(Transaction running, ClientExchange exchange) {
      this.running = running;
      this.exchange = exchange;
    }

    @Override
    public void win() {
      state.end(running);
      state.beginWork();
      state.ask(
          answer -> {
            ErrorMessage error = answer.error();
            committing.settle(error == null);
            if (error == null) {
              schemaNews.committed(running);
            }
            if (error != null) {
              exchange.fail(error);
            }
            finish(exchange);
          },
          "COMMIT");
    }

    @Override
    public void lose(ErrorMessage error) {
      state.told(error);
      state.end(running);
      state.beginWork();
      state.ask(
          unused -> {
            exchange.fail(error);
            finish(exchange);
          },
          "ROLLBACK");
    }
  }

  @Override
  public void abort(ClientGroup group, ErrorMessage error) {
    state.told(error);
    Transaction running = state.transaction;
    boolean implicit = running != null && running.implicit;
    if (running != null) {
      state.end(running);
    }
    if (implicit) {
      state.beginWork();
      state.ask(unused -> answer(group, error), "ROLLBACK");
    } else {
      state.transaction = contention.transaction(/* implicit= */ false);
      parking.fail(() -> answer(group, error));
    }
  }

  @Override
  public void answer(ClientGroup group, ErrorMessage error) {
    state.told(error);
    link.toClient(error.encode(link.allocator()));
    over(group, /* failed= */ true);
  }

  // ---- life

  private void updateActivity() {
    boolean now =
        state.transaction != null
            || state.status != 'I'
            || link.isActive()
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
    queue.release();
    schemaNews.closed(underWay);
    underWay.forEach(ClientGroup::release);
    underWay.clear();
    if (finishing != null) {
      finishing.abandon();
    }
    dispatcher.release();
    // Nobody will ever know whether it took place; who raced it had better lose.
    committing.settle(/* succeeded= */ true);
    Transaction running = state.transaction;
    if (running != null) {
      state.end(running);
    }
    if (state.active) {
      state.active = false;
      contention.deactivated();
    }
  }
}
