package io.github.dsqljava.local.session;

import io.github.dsqljava.local.catalog.CatalogCopy;
import io.github.dsqljava.local.dialect.ClientText;
import io.github.dsqljava.local.dialect.Trait;
import io.github.dsqljava.local.dialect.TransactionEffect;
import io.github.dsqljava.local.faults.Fault.Before;
import io.github.dsqljava.local.faults.StatementFaults;
import io.github.dsqljava.local.limits.MemoryBudget;
import io.github.dsqljava.local.occ.Committing;
import io.github.dsqljava.local.occ.Contention;
import io.github.dsqljava.local.occ.Interruption;
import io.github.dsqljava.local.occ.Interruption.Leave;
import io.github.dsqljava.local.occ.OccSession;
import io.github.dsqljava.local.occ.Parking;
import io.github.dsqljava.local.occ.Participant;
import io.github.dsqljava.local.occ.Transaction;
import io.github.dsqljava.local.plans.PlanPortals;
import io.github.dsqljava.local.protocol.Answer;
import io.github.dsqljava.local.protocol.Call;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.MessageSplitter;
import io.github.dsqljava.local.protocol.Reading;
import io.github.dsqljava.local.protocol.ReadyForQuery;
import io.github.dsqljava.local.protocol.TransactionStatus;
import io.github.dsqljava.local.request.Group;
import io.github.dsqljava.local.request.OwnNames;
import io.github.dsqljava.local.request.Step;
import io.github.dsqljava.local.session.ClientExchange.Holding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs the groups of one client on its PostgreSQL session, in their order, and hands the answers
 * on. {@link Dispatcher} decides how a group runs. {@link Parking} and {@link Committing} do the
 * work beyond sending it. See docs/architecture.md.
 *
 * <p>Belongs to an event loop, except for methods that allow any thread.
 */
final class Session implements ClientExchange.Listener, Flow, OccSession, Participant {
  private final int pid;
  private final Backend backend;
  private final Contention contention;
  private final OwnNames names = OwnNames.random();
  private final ClientPort client;
  private final PlanPortals plans;
  private final Exchanges exchanges;
  private final OwnWork own;
  private final SessionState state;
  private final SchemaNews schemaNews;
  private final Judge judge;
  private final Parking parking;
  private final Committing committing;
  private final ClientQueue queue;
  private final Dispatcher dispatcher;
  private final Copies copies;
  private final Intake intake;
  private final Retries retries;
  private final @Nullable Recorder recorder;

  /** Groups that are neither in the queue nor answered. */
  private final List<Run> underWay = new ArrayList<>();

  /** Answered by PostgreSQL, while the transaction around it has yet to be committed. */
  private @Nullable ClientExchange finishing;

  private boolean closed;

  /**
   * @param pid process id of the PostgreSQL session
   * @param keeping memory for data of COPY
   * @param estimatesDpu whether plans end with an estimate of DPU
   * @param recorder null if nothing is recorded
   */
  @SuppressWarnings("this-escape")
  Session(
      int pid,
      Backend backend,
      Contention contention,
      CatalogCopy catalog,
      StatementFaults faults,
      Dispatcher.Age age,
      Function<String, ClientText> reader,
      MemoryBudget keeping,
      boolean estimatesDpu,
      @Nullable Recorder recorder) {
    this.pid = pid;
    this.backend = backend;
    this.contention = contention;
    this.judge = new Judge(faults, names, backend.allocator());
    this.client = new ClientPort(backend, recorder);
    this.plans = new PlanPortals(estimatesDpu);
    this.exchanges = new Exchanges(backend, client, plans);
    this.own = new OwnWork(exchanges, backend.allocator(), names.script(), this::ownWorkIsOver);
    this.state = new SessionState(contention, exchanges, catalog);
    this.schemaNews = new SchemaNews(catalog, contention);
    this.parking = new Parking(this, contention);
    this.committing = new Committing(this, contention);
    this.queue = new ClientQueue(recorder == null ? run -> {} : recorder::getsNoReady);
    this.retries =
        new Retries(
            state,
            own,
            parking,
            this,
            this::runInTransaction,
            contention::hasFunctions,
            backend.allocator());
    this.copies = new Copies(backend, exchanges, state, own, parking, retries, keeping);
    this.intake = new Intake(backend, exchanges, copies, queue, reader, recorder);
    this.dispatcher =
        new Dispatcher(
            state,
            contention,
            exchanges,
            own,
            judge,
            parking,
            committing,
            this,
            age,
            names,
            backend.allocator(),
            queue::isEmpty);
    this.recorder = recorder;
    if (recorder != null) {
      recorder.use(() -> state.clientStatus() != TransactionStatus.IDLE);
    }
  }

  /** The session begins. */
  void opened() {
    contention.add(this);
    if (recorder != null) {
      recorder.begins();
    }
  }

  // ---- what the client sends

  /** The client has sent a message. Nothing runs before {@link #pump}. */
  void fromClient(byte type, ByteBuf message) {
    if (closed || client.isCut()) {
      message.release();
    } else {
      intake.take(type, message);
    }
  }

  @Override
  public void pump() {
    if (closed) {
      return;
    }
    if (queue.takeReady()) {
      // No work is half done here, so the client's next message may come during the flush.
      client.send(new ReadyForQuery(state.status()).encode(backend.allocator()));
      client.flush();
    }
    updateActivity(); // before looking at the others, so that of two at least one sees the other
    if (state.isYieldDue()) {
      copies.giveWay();
    }
    while (runNext()) {
      // and the next one
    }
    backend.readClient(!intake.isFull());
    updateActivity();
    backend.flush();
  }

  /** Runs the next item, if its turn has come; returns whether to look for another one. */
  private boolean runNext() {
    if (copies.isPaused()) {
      return !isHeldUp() && exchanges.isIdle() && resumeCopy();
    }
    if (queue.isEmpty() || isHeldUp()) {
      return false;
    }
    if (exchanges.isIdle()) {
      if (state.isYieldDue()) {
        giveWay();
      }
      if (isHeldUp()) {
        return false;
      }
    }
    if (exchanges.isIdle() && queue.takeMessage(intake::write)) {
      return true;
    }
    Run run = queue.peek();
    if (run != null) {
      run.group().resolveNames();
    }
    if (run == null || (!exchanges.isIdle() && !dispatcher.mayFollow(run)) || waitsForOthers(run)) {
      return false;
    }
    queue.remove(run);
    underWay.add(run);
    dispatcher.dispatch(run);
    return true;
  }

  /** The client may have sent the rest of the data that a group waits for. */
  private boolean resumeCopy() {
    if (state.isYieldDue()) {
      giveWay();
      if (isHeldUp()) {
        return false;
      }
    }
    Run run = copies.takeDue();
    if (run == null) {
      return queue.takeMessage(intake::write);
    }
    dispatcher.resume(run);
    return true;
  }

  private boolean isHeldUp() {
    return own.isUnderWay() || exchanges.interruption().isUnderWay() || client.isCut();
  }

  /**
   * Waits for other sessions' unguarded statements, which those sent when they were alone. They are
   * usually short; if not, the wait ends after {@link Contention#PATIENCE}.
   */
  private boolean waitsForOthers(Run run) {
    if (!dispatcher.hasToLetOthersFinish(run)) {
      return false;
    }
    if (run.waitForOthers()) {
      contention.whenGuarded(() -> backend.execute(this::pump));
      backend.schedule(
          () -> {
            run.losePatience();
            pump();
          },
          Contention.PATIENCE);
    }
    return true;
  }

  // ---- sending

  @Override
  public void send(Run run, boolean holding) {
    Transaction running = state.transaction();
    boolean implicit = running != null && running.isImplicit();
    if (run.group().explains() && state.status() != TransactionStatus.FAILED) {
      askPrimaryKeys();
    }
    if (run.group().changesSchema() && state.status() != TransactionStatus.FAILED) {
      askUnfitKey(run);
    }
    ClientExchange exchange = exchanges.send(run, holding ? Holding.ALL : Holding.NOTHING, this);
    if (implicit && run.group().effect() == TransactionEffect.BEGIN) {
      exchange.hideWarnings();
    }
    if (!run.group().standsAlone()) { // it holds nothing while it waits, so nobody waits for it
      // On shadows it blocks nobody, and could not run again.
      boolean again = holding && (running == null || !running.isOffTables());
      exchanges.interruption().started(again ? Leave.TO_SET_OTHERS_FREE : Leave.NONE);
    }
  }

  /** Ignores an error, because the group behind it meets the same one. */
  private void askPrimaryKeys() {
    exchanges.ask(
        answer -> {
          if (answer.error() == null && !answer.row().isEmpty()) {
            plans.primaryKeys(answer.row().get(0));
          }
        },
        names.script().encode(backend.allocator(), PlanPortals.PRIMARY_KEYS));
  }

  /**
   * Asks for key types that the service refuses. PostgreSQL builds an index at once and may fail on
   * a large value before our checks see the types of the keys.
   */
  private void askUnfitKey(Run run) {
    UnfitKeys.question(run.group())
        .ifPresent(
            question ->
                exchanges.ask(
                    answer -> {
                      if (answer.error() == null && !answer.row().isEmpty()) {
                        run.unfitKey(answer.row().get(0));
                      }
                    },
                    names.script().encode(backend.allocator(), question)));
  }

  @Override
  public void send(Group group, boolean holding) {
    send(runOf(group), holding);
  }

  private Run runOf(Group group) {
    for (Run run : underWay) {
      if (run.group() == group) {
        return run;
      }
    }
    throw new IllegalStateException("the group is not under way");
  }

  @Override
  public void ask(Leave leave, Consumer<Answer> then, String... statements) {
    own.ask(leave, then, statements);
  }

  @Override
  public void ask(Leave leave, Consumer<Answer> then, List<Call> calls) {
    own.ask(leave, then, calls);
  }

  @Override
  public void ask(Consumer<Answer> then, ByteBuf script) {
    own.ask(Leave.NONE, then, script);
  }

  private void runInTransaction(Run run) {
    dispatcher.beginImplicit(run);
  }

  // ---- what PostgreSQL answers

  /** Takes PostgreSQL's answers. */
  MessageSplitter.Sink fromBackend() {
    return exchanges;
  }

  @Override
  public boolean copyBegins(ClientExchange exchange) {
    return intake.copyBegins(exchange.run());
  }

  @Override
  public void copyFails(ClientExchange exchange) {
    copies.fails(exchange.run());
  }

  @Override
  public void answered(ClientExchange exchange, TransactionStatus status) {
    Run run = exchange.run();
    Group group = run.group();
    dispatcher.answered(run);
    Transaction ended = run.ends();
    if (ended != null && status == TransactionStatus.FAILED && state.transaction() == null) {
      state.begin(ended.isImplicit());
    }
    Transaction running = state.transaction();
    schemaNews.answered(exchange, running, status);
    boolean failed = exchange.hasFailed();
    if (group.effect() == TransactionEffect.BEGIN && running != null) {
      running.hasBase(running.hasBase() && (!failed || running.isImplicit()));
      if (!failed) {
        running.becomesExplicit();
      }
    } else if (group.effect().commits()) {
      committing.settle(exchange.tookEffect());
    } else if (group.changesSchema() && !failed) {
      noteMeans(group);
    }
    if (copies.pauses(exchange) || (exchange.isHolding() && retries.runsAgain(exchange, status))) {
      exchange.discard();
      return;
    }
    copies.fails(run);
    schemaNews.over(exchange);
    if (judge.settle(exchange)) {
      exchange.deliver();
      client.cut();
      return;
    }
    if (exchange.hasFailedAtItsEnd() && status == TransactionStatus.OPEN) {
      failToo(exchange);
    } else if (running != null && running.isImplicit() && (group.isLast() || failed)) {
      endImplicit(running, exchange);
    } else {
      deliver(exchange);
    }
  }

  /** Makes PostgreSQL's transaction fail, too, before the client gets the error. */
  private void failToo(ClientExchange exchange) {
    own.ask(Leave.NONE, unused -> deliver(exchange), "EXECUTE \"" + names.missing() + '"');
  }

  /** Notes new objects that may change or lock rows which a statement does not name. */
  private void noteMeans(Group group) {
    if (group.has(Trait.MENTIONS_FOREIGN_KEYS)) {
      contention.foreignKeyAdded();
    }
    boolean hides = group.changesSchema() && group.has(Trait.LOCKS_ROWS); // a view
    if (hides || group.has(Trait.MENTIONS_FUNCTIONS)) {
      contention.functionAdded();
    }
  }

  private void deliver(ClientExchange exchange) {
    exchange.deliver();
    over(exchange.run(), exchange.hasFailed());
  }

  @Override
  public void over(Run run, boolean failed) {
    run.group().names().settle(failed);
    copies.over(run);
    settle();
    queue.over(run, failed);
    underWay.remove(run);
    run.release();
    pump();
  }

  private void ownWorkIsOver() {
    settle();
    pump();
  }

  private void settle() {
    if (closed) {
      return;
    }
    schemaNews.settled(state.status());
    if (!exchanges.isIdle() || own.isUnderWay()) {
      return;
    }
    exchanges.interruption().ended();
    Transaction running = state.transaction();
    if (state.status() == TransactionStatus.IDLE && running != null) {
      state.end(running);
    } else if (state.status() == TransactionStatus.OPEN && running == null) {
      setBase(state.begin(/* implicit= */ false)); // it began in a way that nobody here saw
    }
    if (state.isYieldDue() && !own.isUnderWay()) {
      giveWay();
    }
  }

  private void setBase(Transaction of) {
    own.ask(
        Leave.NONE, answer -> of.hasBase(answer.error() == null), "SAVEPOINT " + Transaction.BASE);
  }

  // ---- giving way

  @Override
  public int pid() {
    return pid;
  }

  @Override
  public Interruption interruption() {
    return exchanges.interruption();
  }

  @Override
  public int concessions() {
    return state.concessions();
  }

  @Override
  public void hasGivenWay() {
    state.hasGivenWay();
    Transaction running = state.transaction();
    if (recorder != null) {
      recorder.gaveWay(running != null && running.phase() == Transaction.Phase.LOST);
    }
  }

  @Override
  public void requestYield(int seen) {
    backend.execute(
        () -> {
          if (!closed && state.transaction() != null && state.concessions() == seen) {
            state.askToYield(seen);
            if (exchanges.isIdle() && !isHeldUp()) {
              giveWay();
            }
            pump();
          }
          if (!closed) {
            backend.read(own.isUnderWay() ? Reading.PAST_CLIENT : Reading.AHEAD_OF_CLIENT);
          }
        });
  }

  private void giveWay() {
    // A transaction that is about to end need not give way.
    Run next = queue.peek();
    if (copies.isPaused() || next == null || !next.group().effect().endsTransaction()) {
      state.nobodyAsksToYield();
      parking.giveWay();
    }
  }

  // ---- endings

  private void endImplicit(Transaction running, ClientExchange exchange) {
    finishing = exchange;
    ImplicitEnding ending =
        new ImplicitEnding(
            state, own, committing, schemaNews, running, exchange, () -> finish(exchange));
    if (state.status() == TransactionStatus.OPEN) {
      dispatcher
          .tooOld(running)
          .ifPresentOrElse(ending::lose, () -> committing.decide(running, ending));
    } else {
      ending.rollBack();
    }
  }

  private void finish(ClientExchange exchange) {
    finishing = null;
    deliver(exchange);
  }

  @Override
  public void fail(Group group, ErrorMessage error) {
    fail(runOf(group), error);
  }

  @Override
  public void fail(Run run, ErrorMessage error) {
    state.told(error);
    if (run.fault() != null && run.fault().before() != Before.ROLLBACK) {
      judge.giveBack(run); // it is not reached any more
    }
    Step place = place(run);
    if (place == null) {
      send(run, /* holding= */ false); // nothing in it could fail
      return;
    }
    Transaction running = state.transaction();
    boolean implicit = running != null && running.isImplicit();
    if (running != null && !implicit) {
      state.end(running);
      state.begin(/* implicit= */ false);
    }
    if (state.status() == TransactionStatus.FAILED) {
      judge.giveBack(run);
      tellBehindFailure(run, error, implicit ? running : null);
      return;
    }
    run.group().failAt(place, error, names, backend.allocator());
    send(run, /* holding= */ false);
  }

  /** Sends the error itself: PostgreSQL's transaction has failed and reaches no further step. */
  private void tellBehindFailure(Run run, ErrorMessage error, @Nullable Transaction implicit) {
    if (implicit == null) {
      tell(run, error);
    } else {
      state.end(implicit);
      own.ask(Leave.NONE, unused -> tell(run, error), "ROLLBACK");
    }
  }

  /** Returns the step to fail at: the first one, or for a fault the first that runs. */
  private static @Nullable Step place(Run run) {
    List<Step> steps = run.group().steps();
    for (Step step : steps) {
      if (step.runs() || run.fault() == null) {
        return step;
      }
    }
    return steps.isEmpty() ? null : steps.get(0);
  }

  @Override
  public void tell(Run run, ErrorMessage error) {
    state.told(error);
    client.error(error);
    over(run, /* failed= */ true);
  }

  @Override
  public void warn(ErrorMessage notice) {
    client.send(notice.encodeNotice(backend.allocator()));
  }

  // ---- what occ asks

  @Override
  public ByteBufAllocator allocator() {
    return backend.allocator();
  }

  @Override
  public OwnNames names() {
    return names;
  }

  @Override
  public @Nullable Transaction transaction() {
    return state.transaction();
  }

  @Override
  public TransactionStatus status() {
    return state.status();
  }

  @Override
  public boolean isContended() {
    return state.isContended();
  }

  // ---- life

  private void updateActivity() {
    state.active(
        state.transaction() != null
            || state.status() != TransactionStatus.IDLE
            || exchanges.isActive()
            || !queue.isEmpty()
            || own.isUnderWay());
  }

  /** Whether the client has been told why its session ends. */
  boolean hasToldEnd() {
    return client.hasToldEnd();
  }

  /** PostgreSQL's connection ended without an error message. */
  void lost(ErrorMessage error) {
    client.error(error);
  }

  void closed() {
    if (closed) {
      return;
    }
    closed = true;
    contention.remove(this);
    intake.release();
    exchanges.abandon();
    queue.release();
    schemaNews.closed(underWay);
    underWay.forEach(judge::giveBack);
    underWay.forEach(Run::release);
    underWay.clear();
    if (finishing != null) {
      finishing.abandon();
    }
    dispatcher.release();
    // A pending COMMIT may have taken place, so transactions that conflict with it have to lose.
    committing.settle(/* succeeded= */ true);
    Transaction running = state.transaction();
    if (running != null) {
      state.end(running);
    }
    state.active(false);
  }
}
