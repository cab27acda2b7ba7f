package io.github.dsqljava.r2dbc;

import static io.github.dsqljava.r2dbc.LocalCluster.await;
import static io.github.dsqljava.r2dbc.LocalCluster.config;
import static io.github.dsqljava.r2dbc.LocalCluster.execute;
import static io.github.dsqljava.r2dbc.LocalCluster.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.TlsNegotiation;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.testsupport.FlightRelay;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** How often the client waits for the server. */
@SuppressWarnings("NullAway.Init")
class FlightsTest {
  private static DsqlLocal cluster;
  private static FlightRelay relay;
  private static DsqlR2dbc dsql;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    relay = FlightRelay.start(cluster.port());
    dsql =
        DsqlR2dbc.of(
            config(cluster).port(relay.port()).build(), R2dbcSettings.builder().maxSize(1).build());
    execute(dsql, "CREATE TABLE item (id int PRIMARY KEY)");
    assertThat(value(dsql, "SELECT id FROM item WHERE id = $1 UNION SELECT 0", 1)).isEqualTo("0");
  }

  @AfterAll
  static void stop() throws IOException {
    await(dsql.close());
    relay.close();
    cluster.close();
  }

  private static int flights(Runnable work) {
    int before = relay.flights();
    work.run();
    return relay.flights() - before;
  }

  /** TCP, ClientHello, Finished and startup, password, and the driver's question for the level. */
  @Test
  void connect_takesFive() {
    assertThat(
            flights(
                () -> {
                  DsqlR2dbc other = DsqlR2dbc.of(config(cluster).port(relay.port()).build());
                  await(other.create());
                }))
        .isEqualTo(5);
  }

  @Test
  void connect_withoutDirectTls_takesOneMore() {
    assertThat(
            flights(
                () -> {
                  DsqlR2dbc other =
                      DsqlR2dbc.of(
                          config(cluster)
                              .port(relay.port())
                              .tlsNegotiation(TlsNegotiation.SSL_REQUEST)
                              .build());
                  await(other.create());
                }))
        .isEqualTo(6);
  }

  @Test
  void select_takesOne_alsoTheFirstTime_andGivingBackTakesNone() {
    assertThat(flights(() -> value(dsql, "SELECT 7 + $1", 1))).isEqualTo(1);
    assertThat(flights(() -> value(dsql, "SELECT 7 + $1", 1))).isEqualTo(1);
  }

  /** BEGIN travels with the statement. */
  @Test
  void transaction_takesOneMoreThanItsStatements() {
    assertThat(
            flights(
                () ->
                    await(
                        dsql.inTransaction(
                                connection ->
                                    LocalCluster.execute(
                                        connection, "INSERT INTO item VALUES ($1)", 1))
                            .then())))
        .isEqualTo(2);
  }

  /** The driver sends a statement after the answer to the one before, also if nobody waits. */
  @Test
  void fiveStatements_takeSix() {
    assertThat(
            flights(
                () ->
                    await(
                        dsql.inTransaction(
                                connection ->
                                    Mono.when(
                                            IntStream.range(10, 15)
                                                .mapToObj(
                                                    i ->
                                                        execute(
                                                            connection,
                                                            "INSERT INTO item VALUES ($1)",
                                                            i))
                                                .toList())
                                        .thenReturn(1))
                            .then())))
        .isEqualTo(6);
  }

  /** A statement without parameters is a Query, which BEGIN cannot join. */
  @Test
  void transaction_withoutParameters_takesTwoMore() {
    assertThat(
            flights(
                () ->
                    await(
                        dsql.inTransaction(
                                connection ->
                                    LocalCluster.execute(connection, "INSERT INTO item VALUES (2)"))
                            .then())))
        .isEqualTo(3);
  }

  @Test
  void transaction_withoutStatements_takesNone() {
    assertThat(flights(() -> await(dsql.inTransaction(connection -> Mono.just(1)).then())))
        .isZero();
  }

  @Test
  void batch_takesTwo() {
    List<List<Object>> rows = IntStream.range(100, 900).mapToObj(i -> List.<Object>of(i)).toList();
    assertThat(flights(() -> await(dsql.executeMany("INSERT INTO item VALUES ($1)", rows))))
        .isEqualTo(2);
  }
}
