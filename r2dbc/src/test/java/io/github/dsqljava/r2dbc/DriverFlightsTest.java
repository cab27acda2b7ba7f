package io.github.dsqljava.r2dbc;

import static io.github.dsqljava.r2dbc.LocalCluster.await;
import static io.github.dsqljava.r2dbc.LocalCluster.config;
import static io.github.dsqljava.r2dbc.LocalCluster.execute;
import static io.github.dsqljava.r2dbc.LocalCluster.select;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.AuthToken;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.spi.TokenSource;
import io.github.dsqljava.testsupport.FlightRelay;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.client.SSLMode;
import io.r2dbc.postgresql.client.SSLNegotiation;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import java.io.IOException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * How often r2dbc-postgresql waits for the server behind r2dbc-pool, as its users set them up: what
 * docs/benchmarks.md compares {@link FlightsTest} with.
 */
@SuppressWarnings("NullAway.Init")
class DriverFlightsTest {
  private static DsqlLocal cluster;
  private static FlightRelay relay;
  private static TokenSource tokens;
  private static PostgresqlConnectionFactory factory;
  private static ConnectionPool pool;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    relay = FlightRelay.start(cluster.port());
    tokens = TokenSource.of(config(cluster).port(relay.port()).build());
    factory =
        new PostgresqlConnectionFactory(
            PostgresqlConnectionConfiguration.builder()
                .host(cluster.host())
                .port(relay.port())
                .username("admin")
                .password(Mono.fromCompletionStage(tokens::token).map(AuthToken::value))
                .database("postgres")
                .sslMode(SSLMode.VERIFY_FULL)
                .sslNegotiation(SSLNegotiation.DIRECT)
                .sslRootCert(cluster.caFile().toString())
                .autodetectExtensions(false)
                .preparedStatementCacheQueries(256)
                .build());
    pool =
        new ConnectionPool(
            ConnectionPoolConfiguration.builder(factory).initialSize(1).maxSize(1).build());
    await(pool.warmup());
    on(connection -> execute(connection, "CREATE TABLE item (id int PRIMARY KEY)"));
    on(connection -> select(connection, "SELECT 7 + $1", 1).then());
  }

  @AfterAll
  static void stop() throws IOException {
    await(pool.disposeLater());
    tokens.close();
    relay.close();
    cluster.close();
  }

  private static void on(Function<Connection, Mono<?>> work) {
    await(
        Mono.usingWhen(
            pool.create(), connection -> work.apply(connection).then(), Connection::close));
  }

  private static int flights(Runnable work) {
    int before = relay.flights();
    work.run();
    return relay.flights() - before;
  }

  /** In a transaction that the caller begins and commits, as R2DBC has nothing for it. */
  private static int flightsInTransaction(Function<Connection, Mono<?>> work) {
    return flights(
        () ->
            on(
                connection ->
                    Mono.usingWhen(
                        Mono.from(connection.beginTransaction()).thenReturn(connection),
                        begun -> work.apply(begun).then(),
                        Connection::commitTransaction,
                        (begun, failure) -> begun.rollbackTransaction(),
                        Connection::rollbackTransaction)));
  }

  private static Mono<Long> insert(Connection connection, int id) {
    return execute(connection, "INSERT INTO item VALUES ($1)", id);
  }

  @Test
  void connect_takesFive() {
    assertThat(flights(() -> await(factory.create()))).isEqualTo(5);
  }

  @Test
  void select_takesOne() {
    assertThat(flights(() -> on(connection -> select(connection, "SELECT 7 + $1", 1).then())))
        .isEqualTo(1);
  }

  @Test
  void transaction_takesTwoMoreThanItsStatements() {
    assertThat(flightsInTransaction(connection -> insert(connection, 1))).isEqualTo(3);
  }

  @Test
  void fiveStatements_takeSeven() {
    assertThat(
            flightsInTransaction(
                connection ->
                    Mono.when(
                        IntStream.range(10, 15).mapToObj(i -> insert(connection, i)).toList())))
        .isEqualTo(7);
  }

  @Test
  void batchOf100_takes102() {
    assertThat(
            flightsInTransaction(
                connection -> {
                  Statement statement = connection.createStatement("INSERT INTO item VALUES ($1)");
                  for (int id = 100; id < 200; id++) {
                    if (id > 100) {
                      statement.add();
                    }
                    statement.bind(0, id);
                  }
                  return Flux.from(statement.execute()).flatMap(Result::getRowsUpdated).then();
                }))
        .isEqualTo(102);
  }
}
