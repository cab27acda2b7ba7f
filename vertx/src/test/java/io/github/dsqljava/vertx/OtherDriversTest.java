package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.DsqlLocal;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.client.SSLMode;
import io.r2dbc.postgresql.client.SSLNegotiation;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.Result;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.pgclient.SslMode;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Drivers as they are, whose cached statements another session's migration has changed. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class OtherDriversTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String READ = "SELECT * FROM d WHERE id = $1";
  private static final String WRITE = "UPDATE d SET v = $1 WHERE id = 1";

  private static DsqlLocal cluster;
  private static DsqlConnector migrations;
  private static SqlConnection migration;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    migrations = DsqlConnector.create(config(cluster).build());
    migration = await(migrations.connect());
  }

  @AfterAll
  static void stop() throws Exception {
    await(migrations.close());
    cluster.close();
  }

  @BeforeEach
  void create() throws Exception {
    execute(migration, "CREATE TABLE d (id int PRIMARY KEY, v int)");
    execute(migration, "INSERT INTO d VALUES (1, 7)");
  }

  @AfterEach
  void drop() throws Exception {
    execute(migration, "DROP TABLE d");
  }

  private static void migrate() throws Exception {
    execute(migration, "ALTER TABLE d DROP COLUMN v");
    execute(migration, "ALTER TABLE d ADD COLUMN w text");
    execute(migration, "ALTER TABLE d ADD COLUMN v real");
    execute(migration, "UPDATE d SET v = 8");
  }

  /** The answers up to the first that is none of these errors, which the driver recovers from. */
  private static List<String> until(Callable<String> call) throws Exception {
    List<String> answers = new ArrayList<>();
    do {
      String answer;
      try {
        answer = call.call();
      } catch (ExecutionException e) {
        answer = ((PgException) e.getCause()).getSqlState();
      } catch (R2dbcException e) {
        answer = e.getSqlState();
      }
      answers.add(answer);
    } while (answers.get(answers.size() - 1).matches("40001|0A000") && answers.size() < 5);
    return answers;
  }

  @Test
  void vertx_recovers() throws Exception {
    // The JDK sends no server name for localhost.
    AddressResolverOptions hosts =
        new AddressResolverOptions()
            .setHostsValue(Buffer.buffer("127.0.0.1 " + cluster.clusterHost() + "\n"));
    Vertx vertx = Vertx.vertx(new VertxOptions().setAddressResolverOptions(hosts));
    try {
      PgConnectOptions options =
          new PgConnectOptions()
              .setHost(cluster.clusterHost())
              .setPort(cluster.port())
              .setUser("admin")
              .setPassword(cluster.token("admin"))
              .setDatabase("postgres")
              .setSslMode(SslMode.REQUIRE)
              .setSslOptions(
                  new ClientSSLOptions()
                      .setHostnameVerificationAlgorithm("")
                      .setTrustOptions(
                          new PemTrustOptions()
                              .addCertValue(Buffer.buffer(Files.readAllBytes(cluster.caFile())))))
              .setCachePreparedStatements(true);
      PgConnection connection = await(PgConnection.connect(vertx, options));
      Callable<String> read =
          () ->
              String.valueOf(
                  await(connection.preparedQuery(READ).execute(Tuple.of(1)))
                      .iterator()
                      .next()
                      .getValue("v"));
      Callable<String> write =
          () -> "changed " + await(connection.preparedQuery(WRITE).execute(Tuple.of(9))).rowCount();
      assertThat(until(read)).containsExactly("7");
      assertThat(until(write)).containsExactly("changed 1");
      migrate();
      assertThat(until(read)).containsExactly("40001", "0A000", "8.0");
      assertThat(until(write)).containsExactly("changed 1");
      assertThat(until(read)).containsExactly("9.0");
      await(connection.close());
    } finally {
      await(vertx.close());
    }
  }

  @Test
  void r2dbc_recovers() throws Exception {
    PostgresqlConnectionFactory factory =
        new PostgresqlConnectionFactory(
            PostgresqlConnectionConfiguration.builder()
                .host(cluster.host())
                .port(cluster.port())
                .username("admin")
                .password(cluster.token("admin"))
                .database("postgres")
                .sslMode(SSLMode.VERIFY_FULL)
                .sslNegotiation(SSLNegotiation.DIRECT)
                .sslRootCert(cluster.caFile().toString())
                .autodetectExtensions(false)
                .forceBinary(true)
                .build());
    Connection connection = factory.create().cast(Connection.class).block(LIMIT);
    Callable<String> read =
        () ->
            Flux.from(connection.createStatement(READ).bind("$1", 1).execute())
                .flatMap(result -> result.map((row, meta) -> String.valueOf(row.get("v"))))
                .blockLast(LIMIT);
    Callable<String> write =
        () ->
            "changed "
                + Flux.from(connection.createStatement(WRITE).bind("$1", 9).execute())
                    .flatMap(Result::getRowsUpdated)
                    .blockLast(LIMIT);
    assertThat(until(read)).containsExactly("7");
    assertThat(until(write)).containsExactly("changed 1");
    migrate();
    assertThat(until(read)).startsWith("40001").endsWith("8.0");
    assertThat(until(write)).containsExactly("changed 1");
    assertThat(until(read)).containsExactly("9.0");
    Mono.from(connection.close()).block(LIMIT);
  }
}
