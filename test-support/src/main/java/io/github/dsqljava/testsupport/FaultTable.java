package io.github.dsqljava.testsupport;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.ClusterUnreachableException;
import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.PoolTimeoutException;
import io.github.dsqljava.TransactionTimeoutException;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.testsupport.FaultRelay.Direction;
import io.github.dsqljava.testsupport.FaultRelay.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * Tests every network fault at every step of a transaction: the error that the caller gets, and the
 * rows in the database. An adapter's test implements the operations with its adapter.
 */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class FaultTable {

  /** The statement of a transaction: it inserts {@code id}, then {@code id + 1}. */
  public static final String INSERT = "INSERT INTO item VALUES ($1)";

  private static final long LIMIT_SECONDS = 30;
  private static final Duration DEADLINE = Duration.ofMillis(400);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  /** The connect timeout of tests in which no connection can be opened. */
  private static final Duration SHORT_CONNECT_TIMEOUT = Duration.ofMillis(600);

  private static final List<Fault> FAULTS =
      List.of(new Fault.Cut(), new Fault.Reset(), new Fault.Stall(), new Fault.HalfWrite(10));

  /** The statements of a transaction, each of which is awaited. */
  public enum Step {
    /** The first insert; an adapter may send BEGIN with it. */
    FIRST_STATEMENT,
    /** The second insert. */
    SECOND_STATEMENT,
    /** The COMMIT. */
    COMMIT
  }

  /** The outcome that the caller may conclude. */
  private enum Outcome {
    NOT_STARTED,
    ROLLED_BACK,
    UNKNOWN
  }

  /**
   * The settings of a transaction.
   *
   * @param retries whether with the default policy of retries, or none
   * @param deadline for all of it, or none
   */
  public record Run(boolean retries, Optional<Duration> deadline) {}

  /** A pool of the adapter with one connection at most, and its connector. */
  public interface Client extends AutoCloseable {

    /**
     * Runs a transaction of two inserts with {@link #INSERT}.
     *
     * @param before called on the way, right before each step
     */
    CompletionStage<?> twoInserts(Run run, int id, Consumer<Step> before);

    /** Executes a statement without parameters outside of a transaction; gives its row count. */
    long execute(String sql) throws Exception;

    /** The number of connections in use. */
    int leased();

    /** The number of connections that could not be opened. */
    long openFailures();
  }

  private static final Consumer<Step> NO_TRAP = step -> {};

  private DsqlLocal cluster;
  private Client witness;
  private int nextId;
  private FaultRelay relay;
  private final List<Client> clients = new ArrayList<>();

  /**
   * Opens a pool.
   *
   * @param acquireTimeout the longest wait of a caller for a connection; the default if empty
   */
  protected abstract Client open(DsqlConfig config, Optional<Duration> acquireTimeout);

  /** Returns the exceptions that the function of a transaction gets for a lost connection. */
  protected abstract List<Class<?>> lossTypes();

  private DsqlConfig.Builder config() {
    return DsqlConfig.builder()
        .endpoint(cluster.host())
        .port(cluster.port())
        .region(cluster.region())
        .caFile(cluster.caFile())
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(
                    cluster.principal().accessKeyId(), cluster.principal().secretAccessKey())));
  }

  /** Starts a cluster for all of the table. */
  @BeforeAll
  public void start() throws Exception {
    cluster = DsqlLocal.start();
    witness = open(config().build(), Optional.empty());
    witness.execute("CREATE TABLE item (id int PRIMARY KEY)");
  }

  /** Stops the cluster. */
  @AfterAll
  public void stop() throws Exception {
    witness.close();
    cluster.close();
  }

  /** Starts a relay for a row of the table. */
  @BeforeEach
  public void startRelay() {
    relay = FaultRelay.start(cluster.port());
  }

  /** Closes what a row has opened. */
  @AfterEach
  public void closeAll() throws Exception {
    for (Client client : clients) {
      client.close();
    }
    clients.clear();
    relay.close();
  }

  private Client pool(Optional<Duration> acquireTimeout) {
    Duration connectTimeout = acquireTimeout.isPresent() ? SHORT_CONNECT_TIMEOUT : CONNECT_TIMEOUT;
    Client client =
        open(config().port(relay.port()).connectTimeout(connectTimeout).build(), acquireTimeout);
    clients.add(client);
    return client;
  }

  /** Rows of the table. */
  public static Stream<Arguments> stepsAndFaults() {
    List<Arguments> all = new ArrayList<>();
    for (Step step : Step.values()) {
      for (Direction direction : Direction.values()) {
        for (Fault fault : FAULTS) {
          all.add(Arguments.of(step, direction, fault));
        }
      }
    }
    return all.stream();
  }

  private static Outcome expected(Step step) {
    return step == Step.COMMIT ? Outcome.UNKNOWN : Outcome.ROLLED_BACK;
  }

  /** Only what was sent can have been done, and only if it arrived. */
  private static boolean isCommitted(Step step, Direction direction) {
    return step == Step.COMMIT && direction == Direction.SERVER_TO_CLIENT;
  }

  /** Without retries, the caller's error tells whether the outcome is certain. */
  @ParameterizedTest
  @MethodSource("stepsAndFaults")
  public void once_outcomeIsWhatIsCertain(Step step, Direction direction, Fault fault)
      throws Exception {
    Client pool = pool(Optional.empty());
    warm(pool);
    int id = nextId += 2;
    boolean stall = fault instanceof Fault.Stall;
    Run once = new Run(/* retries= */ false, stall ? Optional.of(DEADLINE) : Optional.empty());
    Throwable failure = failure(pool.twoInserts(once, id, trap(step, direction, fault)));
    assertThat(outcomeOf(failure)).as(failure.toString()).isEqualTo(expected(step));
    if (stall && step != Step.COMMIT) {
      assertThat(failure).isInstanceOf(TransactionTimeoutException.class);
    }
    if (stall) {
      relay.close(); // the server knows of nothing until then
    } else {
      assertUsable(pool);
    }
    assertThat(isThere(id)).isEqualTo(isCommitted(step, direction));
    assertThat(isThere(id + 1)).as("all or nothing").isEqualTo(isCommitted(step, direction));
  }

  /** Rows of the table in which the transaction is certainly rolled back. */
  public static Stream<Arguments> certainRollbacks() {
    return stepsAndFaults()
        .filter(row -> row.get()[0] != Step.COMMIT && !(row.get()[2] instanceof Fault.Stall));
  }

  /**
   * With retries, a transaction that is certainly rolled back runs again, and the caller gets no
   * error.
   */
  @ParameterizedTest
  @MethodSource("certainRollbacks")
  public void withRetries_certainRollbackIsRunAgain(Step step, Direction direction, Fault fault)
      throws Exception {
    Client pool = pool(Optional.empty());
    warm(pool);
    int id = nextId += 2;
    await(pool.twoInserts(withRetries(), id, trap(step, direction, fault)));
    assertThat(relay.strikes()).isEqualTo(1);
    assertThat(isThere(id)).isTrue();
    assertThat(isThere(id + 1)).isTrue();
  }

  /** Rows of the table about opening a connection. */
  public static Stream<Arguments> connectFlightsAndFaults() {
    List<Arguments> all = new ArrayList<>();
    for (int flight = 1; flight <= 3; flight++) { // ClientHello; Finished and startup; password
      for (Direction direction : Direction.values()) {
        for (Fault fault : FAULTS) {
          all.add(Arguments.of(flight, direction, fault));
        }
      }
    }
    return all.stream();
  }

  /** A connection that could not be opened is opened again. */
  @ParameterizedTest
  @MethodSource("connectFlightsAndFaults")
  public void connectFailsOnce_poolTriesAgainAndNobodyNotices(
      int flight, Direction direction, Fault fault) throws Exception {
    var struck = relay.armAt(fault, direction, 1, flight);
    Client pool = pool(Optional.empty());
    int id = nextId += 2;
    await(pool.twoInserts(withRetries(), id, NO_TRAP));
    assertThat(struck).isCompleted();
    assertThat(pool.openFailures()).isPositive(); // more on a machine that is busy
    assertThat(isThere(id)).isTrue();
  }

  /** If no connection can be opened, no transaction has begun. */
  @ParameterizedTest
  @MethodSource("connectFlightsAndFaults")
  public void connectAlwaysFails_notStarted(int flight, Direction direction, Fault fault)
      throws Exception {
    for (int connection = 1; connection <= 100; connection++) {
      var unused = relay.armAt(fault, direction, connection, flight);
    }
    Client pool = pool(Optional.of(Duration.ofMillis(900)));
    int id = nextId += 2;
    Throwable failure = failure(pool.twoInserts(withRetries(), id, NO_TRAP));
    assertThat(outcomeOf(failure)).as(failure.toString()).isEqualTo(Outcome.NOT_STARTED);
    assertThat(failure).hasCauseInstanceOf(ClusterUnreachableException.class);
    assertThat(isThere(id)).isFalse();
  }

  private Outcome outcomeOf(Throwable failure) {
    if (failure instanceof CommitOutcomeUnknownException) {
      return Outcome.UNKNOWN;
    }
    if (failure instanceof PoolTimeoutException) {
      return Outcome.NOT_STARTED;
    }
    boolean known =
        failure instanceof TransactionTimeoutException
            || lossTypes().stream().anyMatch(type -> type.isInstance(failure));
    assertThat(known).as(failure.toString()).isTrue();
    return Outcome.ROLLED_BACK;
  }

  private static Run withRetries() {
    return new Run(/* retries= */ true, Optional.empty());
  }

  /** So that each step is one request and one answer. */
  private void warm(Client pool) throws Exception {
    await(pool.twoInserts(withRetries(), nextId += 2, NO_TRAP));
  }

  /** Waits for a transaction that still runs in the server, and returns its outcome. */
  private boolean isThere(int id) throws Exception {
    long inserted = witness.execute("INSERT INTO item VALUES (" + id + ") ON CONFLICT DO NOTHING");
    if (inserted == 0) {
      return true;
    }
    long unused = witness.execute("DELETE FROM item WHERE id = " + id);
    return false;
  }

  private void assertUsable(Client pool) throws Exception {
    int id = nextId += 2;
    await(pool.twoInserts(withRetries(), id, NO_TRAP));
    assertThat(isThere(id)).isTrue();
    assertThat(pool.leased()).isZero();
  }

  /** Arms a fault right before a step, the first time it is reached. */
  private Consumer<Step> trap(Step step, Direction direction, Fault fault) {
    AtomicBoolean armed = new AtomicBoolean();
    return next -> {
      if (next == step && armed.compareAndSet(false, true)) {
        var unused = relay.armNext(fault, direction);
      }
    };
  }

  private static <T> T await(CompletionStage<T> stage)
      throws ExecutionException, InterruptedException, TimeoutException {
    return stage.toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private static Throwable failure(CompletionStage<?> stage)
      throws InterruptedException, TimeoutException {
    try {
      Object result = await(stage);
      throw new AssertionError("expected a failure, got " + result);
    } catch (ExecutionException e) {
      return e.getCause() == null ? e : e.getCause();
    }
  }
}
