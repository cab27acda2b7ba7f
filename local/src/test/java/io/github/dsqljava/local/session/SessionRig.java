package io.github.dsqljava.local.session;

import io.github.dsqljava.local.catalog.CatalogCopy;
import io.github.dsqljava.local.catalog.CatalogVersion;
import io.github.dsqljava.local.catalog.SchemaReach;
import io.github.dsqljava.local.dialect.ClientText;
import io.github.dsqljava.local.dialect.Dialect;
import io.github.dsqljava.local.faults.FaultPlan;
import io.github.dsqljava.local.faults.StatementFaults;
import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.limits.MemoryBudget;
import io.github.dsqljava.local.occ.Contention;
import io.github.dsqljava.local.protocol.BackendType;
import io.github.dsqljava.local.protocol.CommandComplete;
import io.github.dsqljava.local.protocol.DataRow;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.Message;
import io.github.dsqljava.local.protocol.MessageSplitter;
import io.github.dsqljava.local.protocol.MessageSplitter.Handling;
import io.github.dsqljava.local.protocol.Reading;
import io.github.dsqljava.local.protocol.ReadyForQuery;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;

/**
 * A session between a client and a {@link FakePostgres}, without a channel and without time: every
 * step is taken when a test says so.
 */
final class SessionRig implements Backend {
  /** What the sessions of a cluster share. */
  static final class Cluster {
    final Contention contention = new Contention(() -> {}, () -> Instant.EPOCH);
    final CatalogVersion catalog = new CatalogVersion(SchemaReach.CLUSTER);
    final FaultPlan faults = new FaultPlan();
    private int sessions;
  }

  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  private final FakePostgres postgres = new FakePostgres();
  private final Deque<ByteBuf> written = new ArrayDeque<>();
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private final Deque<Runnable> timers = new ArrayDeque<>();
  private final List<String> client = new ArrayList<>();
  private final MessageSplitter fromClient;
  private final MessageSplitter fromPostgres;
  private final Session session;
  private String last = "";
  private boolean cut;
  private boolean readable = true;

  SessionRig(Cluster cluster) {
    this(cluster, Dialect.standard()::read);
  }

  SessionRig(Cluster cluster, Function<String, ClientText> reader) {
    session = session(cluster, this, reader);
    fromClient = new MessageSplitter(allocator, Integer.MAX_VALUE, new ClientSide());
    fromPostgres = new MessageSplitter(allocator, Integer.MAX_VALUE, session.fromBackend());
    session.opened();
  }

  /** A session of a cluster, whatever its ends are. */
  static Session session(Cluster cluster, Backend backend, Function<String, ClientText> reader) {
    return new Session(
        ++cluster.sessions,
        backend,
        cluster.contention,
        new CatalogCopy(cluster.catalog),
        new StatementFaults(cluster.faults),
        new Dispatcher.Age(Duration.ofSeconds(300), () -> Instant.EPOCH),
        reader,
        new MemoryBudget(Long.MAX_VALUE),
        /* estimatesDpu= */ false,
        /* recorder= */ null);
  }

  Session session() {
    return session;
  }

  FakePostgres postgres() {
    return postgres;
  }

  // ---- steps

  /** The client sends messages in one piece. */
  void send(Pipeline pipeline) {
    send(Unpooled.wrappedBuffer(pipeline.bytes()));
  }

  /** The client sends bytes. */
  void send(ByteBuf bytes) {
    fromClient.feed(bytes);
    session.pump();
  }

  /** PostgreSQL answers one batch; returns false if it has nothing to answer. */
  boolean answer() {
    if (!postgres.hasWork()) {
      return false;
    }
    for (ByteBuf answer : postgres.answerBatch()) {
      fromPostgres.feed(answer);
    }
    flush();
    return true;
  }

  /** The event loop runs what it was told to run. */
  boolean runTasks() {
    boolean any = !tasks.isEmpty();
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
    return any;
  }

  /** The time of everything comes that was to happen later. */
  boolean runTimers() {
    boolean any = !timers.isEmpty();
    for (Runnable task = timers.poll(); task != null; task = timers.poll()) {
      task.run();
    }
    return any;
  }

  /** Takes all steps that can be taken. */
  void settle() {
    boolean more = true;
    while (more) {
      more = answer();
      more |= runTasks();
      if (!more) {
        more = runTimers();
      }
    }
  }

  /** Somebody waits for locks of the session. */
  void somebodyWaits() {
    session.requestYield(session.concessions());
  }

  /** Returns what the client has got since the last call, as texts. */
  List<String> answers() {
    List<String> all = List.copyOf(client);
    client.clear();
    return all;
  }

  /** Returns what the client has got last; empty if that is nothing. */
  String last() {
    return last;
  }

  boolean isCut() {
    return cut;
  }

  boolean isReadable() {
    return readable;
  }

  /** The connection is over; returns how many bytes were not released. */
  long close() {
    session.closed();
    fromClient.release();
    fromPostgres.release();
    written.forEach(ByteBuf::release);
    postgres.release();
    return allocator.metric().usedHeapMemory();
  }

  private static String text(ByteBuf message) {
    byte type = Message.type(message);
    return switch (type) {
      case BackendType.COMMAND_COMPLETE -> "C " + CommandComplete.decode(message).tag();
      case BackendType.READY_FOR_QUERY ->
          "Z " + (char) ReadyForQuery.decode(message).status().letter();
      case BackendType.ERROR_RESPONSE, BackendType.NOTICE_RESPONSE -> {
        ErrorMessage error = ErrorMessage.decode(message);
        yield (char) type + " " + error.sqlState() + " " + error.message();
      }
      case BackendType.DATA_ROW -> "D " + String.join(",", DataRow.decode(message).columns());
      default -> String.valueOf((char) type);
    };
  }

  private final class ClientSide implements MessageSplitter.Sink {
    @Override
    public Handling handling(byte type) {
      return Handling.TAKE;
    }

    @Override
    public void bytes(ByteBuf run) {
      run.release();
    }

    @Override
    public void message(byte type, ByteBuf message) {
      session.fromClient(type, message);
    }
  }

  // ---- backend

  @Override
  public ByteBufAllocator allocator() {
    return allocator;
  }

  @Override
  public void write(ByteBuf message) {
    written.add(message);
  }

  @Override
  public void flush() {
    // A buffer may hold several messages, or a part of one.
    ByteBuf bytes = allocator.buffer();
    for (ByteBuf next = written.poll(); next != null; next = written.poll()) {
      bytes.writeBytes(next);
      next.release();
    }
    while (bytes.isReadable()) {
      postgres.receive(bytes.readRetainedSlice(1 + bytes.getInt(bytes.readerIndex() + 1)));
    }
    bytes.release();
  }

  @Override
  public void toClient(ByteBuf message) {
    while (message.isReadable()) {
      ByteBuf one = message.readSlice(1 + message.getInt(message.readerIndex() + 1));
      if (!cut) {
        last = text(one);
        client.add(last);
      }
    }
    message.release();
  }

  @Override
  public void flushClient() {}

  @Override
  public void cutClient() {
    cut = true;
  }

  @Override
  public void readClient(boolean more) {
    readable = more;
  }

  @Override
  public void read(Reading what) {}

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public void schedule(Runnable task, Duration delay) {
    timers.add(task);
  }
}
