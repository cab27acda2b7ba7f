package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static io.github.dsqljava.vertx.LocalCluster.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.ClusterUnreachableException;
import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.PoolTimeoutException;
import io.github.dsqljava.TransactionTimeoutException;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.vertx.FaultRelay.Direction;
import io.github.dsqljava.vertx.FaultRelay.Fault;
import io.vertx.core.Future;
import io.vertx.core.VertxException;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every step of a transaction, every fault of the network: what the caller is told, and what is in
 * the database.
 */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class TransactionFaultsTest {
  private static final String INSERT = "INSERT INTO item VALUES ($1)";
  private static final Duration DEADLINE = Duration.ofMillis(400);
  private static final Duration CONNECT_TIMEOUT = Duration.ofMillis(600);

  private static final List<Fault> FAULTS =
      List.of(new Fault.Cut(), new Fault.Reset(), new Fault.Stall(), new Fault.HalfWrite(10));

  /** A transaction of two statements: BEGIN travels with the first. */
  private enum Step {
    FIRST_STATEMENT,
    SECOND_STATEMENT,
    COMMIT
  }

  /** What the caller may conclude. */
  private enum Outcome {
    NOT_STARTED,
    ROLLED_BACK,
    UNKNOWN
  }

  private static final Consumer<Step> NO_TRAP = step -> {};

  private static DsqlLocal cluster;
  private static DsqlConnector direct;
  private static SqlConnection witness;
  private static int nextId;
  private FaultRelay relay;
  private DsqlConnector connector;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    direct = DsqlConnector.create(config(cluster).build());
    witness = await(direct.connect());
    execute(witness, "CREATE TABLE item (id int PRIMARY KEY)");
  }

  @AfterAll
  static void stop() throws Exception {
    await(direct.close());
    cluster.close();
  }

  @BeforeEach
  void open() {
    relay = FaultRelay.start(cluster.port());
    connector =
        DsqlConnector.create(
            config(cluster).port(relay.port()).connectTimeout(CONNECT_TIMEOUT).build());
  }

  @AfterEach
  void close() throws Exception {
    await(connector.close());
    relay.close();
  }

  static Stream<Arguments> stepsAndFaults() {
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

  @ParameterizedTest
  @MethodSource("stepsAndFaults")
  void once_outcomeIsWhatIsCertain(Step step, Direction direction, Fault fault) throws Exception {
    DsqlPool pool = connector.pool(PoolSettings.builder().maxSize(1).build());
    warm(pool);
    int id = nextId += 2;
    TransactionOptions once = TransactionOptions.builder().retryPolicy(RetryPolicy.off()).build();
    Future<?> work =
        pool.inTransaction(
            fault instanceof Fault.Stall ? once.toBuilder().deadline(DEADLINE).build() : once,
            connection -> twoInserts(connection, id, trap(step, direction, fault)));
    Throwable failure = failure(work);
    assertThat(outcomeOf(failure)).as(failure.toString()).isEqualTo(expected(step));
    if (fault instanceof Fault.Stall && step != Step.COMMIT) {
      assertThat(failure).isInstanceOf(TransactionTimeoutException.class);
    }
    if (fault instanceof Fault.Stall) {
      relay.close(); // the server knows of nothing until then
    } else {
      assertUsable(pool);
    }
    assertThat(isThere(id)).isEqualTo(isCommitted(step, direction));
    assertThat(isThere(id + 1)).as("all or nothing").isEqualTo(isCommitted(step, direction));
  }

  /** With retries on, whatever is certainly rolled back is done again, and nobody notices. */
  static Stream<Arguments> certainRollbacks() {
    return stepsAndFaults()
        .filter(row -> row.get()[0] != Step.COMMIT && !(row.get()[2] instanceof Fault.Stall));
  }

  @ParameterizedTest
  @MethodSource("certainRollbacks")
  void withRetries_certainRollbackIsRunAgain(Step step, Direction direction, Fault fault)
      throws Exception {
    DsqlPool pool = connector.pool(PoolSettings.builder().maxSize(1).build());
    warm(pool);
    int id = nextId += 2;
    Consumer<Step> trap = trap(step, direction, fault);
    await(pool.inTransaction(connection -> twoInserts(connection, id, trap)));
    assertThat(relay.strikes()).isEqualTo(1);
    assertThat(isThere(id)).isTrue();
    assertThat(isThere(id + 1)).isTrue();
  }

  static Stream<Arguments> connectFlightsAndFaults() {
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

  @ParameterizedTest
  @MethodSource("connectFlightsAndFaults")
  void connectFailsOnce_poolTriesAgainAndNobodyNotices(int flight, Direction direction, Fault fault)
      throws Exception {
    var struck = relay.armAt(fault, direction, 1, flight);
    DsqlPool pool = connector.pool(PoolSettings.builder().maxSize(1).build());
    int id = nextId += 2;
    await(pool.inTransaction(connection -> twoInserts(connection, id, NO_TRAP)));
    assertThat(struck).isCompleted();
    assertThat(pool.stats().openFailures()).isEqualTo(1);
    assertThat(isThere(id)).isTrue();
  }

  @ParameterizedTest
  @MethodSource("connectFlightsAndFaults")
  void connectAlwaysFails_notStarted(int flight, Direction direction, Fault fault)
      throws Exception {
    for (int connection = 1; connection <= 100; connection++) {
      var unused = relay.armAt(fault, direction, connection, flight);
    }
    DsqlPool pool =
        connector.pool(
            PoolSettings.builder().maxSize(1).acquireTimeout(Duration.ofMillis(900)).build());
    int id = nextId += 2;
    Throwable failure =
        failure(pool.inTransaction(connection -> twoInserts(connection, id, NO_TRAP)));
    assertThat(outcomeOf(failure)).as(failure.toString()).isEqualTo(Outcome.NOT_STARTED);
    assertThat(failure).hasCauseInstanceOf(ClusterUnreachableException.class);
    assertThat(isThere(id)).isFalse();
  }

  private static Outcome outcomeOf(Throwable failure) {
    if (failure instanceof CommitOutcomeUnknownException) {
      return Outcome.UNKNOWN;
    }
    if (failure instanceof PoolTimeoutException) {
      return Outcome.NOT_STARTED;
    }
    assertThat(failure)
        .isInstanceOfAny(
            TransactionTimeoutException.class,
            ClosedConnectionException.class,
            IOException.class,
            VertxException.class);
    return Outcome.ROLLED_BACK;
  }

  /** So that each step is one request and one answer. */
  private static void warm(DsqlPool pool) throws Exception {
    await(pool.inTransaction(connection -> twoInserts(connection, nextId += 2, NO_TRAP)));
  }

  private static Future<Void> twoInserts(SqlConnection connection, int id, Consumer<Step> trap) {
    trap.accept(Step.FIRST_STATEMENT);
    return connection
        .preparedQuery(INSERT)
        .execute(Tuple.of(id))
        .compose(
            done -> {
              trap.accept(Step.SECOND_STATEMENT);
              return connection.preparedQuery(INSERT).execute(Tuple.of(id + 1));
            })
        .onSuccess(done -> trap.accept(Step.COMMIT))
        .mapEmpty();
  }

  /** Waits for a transaction that is still under way in the server, and tells how it ended. */
  private static boolean isThere(int id) throws Exception {
    int inserted =
        await(
            witness
                .preparedQuery(INSERT + " ON CONFLICT DO NOTHING")
                .execute(Tuple.of(id))
                .map(rows -> rows.rowCount()));
    if (inserted == 0) {
      return true;
    }
    execute(witness, "DELETE FROM item WHERE id = " + id);
    return false;
  }

  private void assertUsable(DsqlPool pool) throws Exception {
    int id = nextId += 2;
    await(pool.inTransaction(connection -> twoInserts(connection, id, NO_TRAP)));
    assertThat(isThere(id)).isTrue();
    assertThat(pool.stats().leased()).isZero();
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
}
