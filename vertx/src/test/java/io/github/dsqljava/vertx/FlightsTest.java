package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.TlsNegotiation;
import io.github.dsqljava.local.DsqlLocal;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Round trips, counted and not timed. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class FlightsTest {
  private static DsqlLocal cluster;
  private static Vertx vertx;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    vertx = Vertx.vertx();
    LocalCluster.createMappedRole(cluster, "app");
  }

  @AfterAll
  static void stop() throws Exception {
    await(vertx.close());
    cluster.close();
  }

  /** TCP, ClientHello, Finished and startup, password; SSLRequest is one more. */
  @ParameterizedTest
  @CsvSource({"admin,DIRECT,4", "app,DIRECT,4", "admin,SSL_REQUEST,5"})
  void connect_takesItsFlightsAndNoMore(String user, TlsNegotiation negotiation, int flights)
      throws Exception {
    FlightRelay relay = await(FlightRelay.start(vertx, cluster.port()));
    DsqlConnector connector =
        DsqlConnector.create(
            vertx,
            config(cluster).port(relay.port()).user(user).tlsNegotiation(negotiation).build());
    SqlConnection connection = await(connector.connect());
    assertThat(relay.flights()).isEqualTo(flights);
    await(connection.query("SELECT 1").execute());
    assertThat(relay.flights()).as("with the first row of a simple query").isEqualTo(flights + 1);
    await(connector.close());
  }

  /** The password travels with the startup message. */
  @ParameterizedTest
  @CsvSource({"admin,DIRECT,3", "app,DIRECT,3", "admin,SSL_REQUEST,4"})
  void connect_earlyPassword_takesOneFlightLess(
      String user, TlsNegotiation negotiation, int flights) throws Exception {
    FlightRelay relay = await(FlightRelay.start(vertx, cluster.port()));
    DsqlConnector connector =
        DsqlConnector.create(
            vertx,
            config(cluster)
                .port(relay.port())
                .user(user)
                .tlsNegotiation(negotiation)
                .earlyPassword(true)
                .build());
    SqlConnection connection = await(connector.connect());
    assertThat(relay.flights()).isEqualTo(flights);
    await(connection.query("SELECT 1").execute());
    assertThat(relay.flights()).as("with the first row of a simple query").isEqualTo(flights + 1);
    await(connector.close());
  }

  @Test
  void preparedQuery_costsTwoFlightsColdAndOneWarm() throws Exception {
    FlightRelay relay = await(FlightRelay.start(vertx, cluster.port()));
    DsqlConnector connector =
        DsqlConnector.create(vertx, config(cluster).port(relay.port()).build());
    SqlConnection connection = await(connector.connect());
    int connected = relay.flights();
    await(connection.preparedQuery("SELECT $1::int").execute(Tuple.of(1)));
    assertThat(relay.flights() - connected).as("cold").isEqualTo(2);
    await(connection.preparedQuery("SELECT $1::int").execute(Tuple.of(2)));
    assertThat(relay.flights() - connected).as("cold and warm").isEqualTo(3);
    await(connector.close());
  }
}
