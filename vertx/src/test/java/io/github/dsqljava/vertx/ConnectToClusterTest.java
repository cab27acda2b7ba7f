package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static io.github.dsqljava.vertx.LocalCluster.value;
import static io.github.dsqljava.vertx.LocalCluster.values;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.TlsNegotiation;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.iam.DbAction;
import io.github.dsqljava.local.iam.IamPrincipal;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.sqlclient.SqlConnection;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Connections to a healthy local cluster: real PostgreSQL, TLS and tokens. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class ConnectToClusterTest {
  private static DsqlLocal cluster;

  private DsqlConnector connector;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    LocalCluster.createMappedRole(cluster, "app");
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @AfterEach
  void close() throws Exception {
    if (connector != null) {
      await(connector.close());
    }
    LocalCluster.assertNothingOpen(cluster);
  }

  @ParameterizedTest
  @CsvSource({
    "admin,DIRECT,DIRECT,public",
    "admin,SSL_REQUEST,SSL_REQUEST,public",
    "app,DIRECT,DIRECT,myschema",
    "app,SSL_REQUEST,SSL_REQUEST,myschema"
  })
  void connect_eachUserAndNegotiation_worksInItsSchema(
      String user, TlsNegotiation negotiation, TlsMode mode, String schema) throws Exception {
    connector =
        DsqlConnector.create(config(cluster).user(user).tlsNegotiation(negotiation).build());
    assertThat(connector.tlsMode()).isEqualTo(mode);
    assertThat(connector.toString()).contains(mode.toString());
    SqlConnection connection = await(connector.connect());
    assertThat(value(connection, "SELECT current_user")).isEqualTo(user);
    assertThat(value(connection, "SELECT current_schema()")).isEqualTo(schema);
    execute(connection, "CREATE TABLE own_table (id int PRIMARY KEY)");
    assertThat(value(connection, "SELECT schemaname FROM pg_tables WHERE tablename = 'own_table'"))
        .isEqualTo(schema);
    execute(connection, "DROP TABLE own_table");
    assertThat(connection.isSSL()).isTrue();
    await(connection.close());
  }

  @Test
  void connect_schemaThatNeedsQuotes_isInForce() throws Exception {
    connector = DsqlConnector.create(config(cluster).schema("My \"odd\", schema").build());
    SqlConnection connection = await(connector.connect());
    execute(connection, "CREATE SCHEMA \"My \"\"odd\"\", schema\"");
    assertThat(value(connection, "SELECT current_schema()")).isEqualTo("My \"odd\", schema");
    execute(connection, "DROP SCHEMA \"My \"\"odd\"\", schema\"");
  }

  @Test
  void connect_applicationName_carriesPrefixAndVersion() throws Exception {
    connector = DsqlConnector.create(config(cluster).applicationNamePrefix("orders").build());
    SqlConnection connection = await(connector.connect());
    assertThat(value(connection, "SHOW application_name"))
        .matches("orders:aurora-dsql-java-vertx/[0-9].*")
        .isEqualTo(
            value(
                connection,
                "SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()"));
  }

  @Test
  void connect_longApplicationNamePrefix_isCutAt63Bytes() throws Exception {
    connector = DsqlConnector.create(config(cluster).applicationNamePrefix("p".repeat(60)).build());
    SqlConnection connection = await(connector.connect());
    assertThat(value(connection, "SHOW application_name")).hasSize(63);
  }

  @Test
  void connect_underTheClustersName_works() throws Exception {
    Vertx vertx = vertxThatResolves(cluster.clusterHost());
    try {
      connector =
          DsqlConnector.create(
              vertx,
              DsqlConfig.builder()
                  .endpoint(cluster.clusterHost())
                  .port(cluster.port())
                  .caFile(cluster.caFile())
                  .credentialsProvider(LocalCluster.credentials(cluster.principal()))
                  .build());
      assertThat(connector.config().endpoint().region()).isEqualTo(cluster.region());
      assertThat(value(await(connector.connect()), "SELECT 1")).isEqualTo("1");
    } finally {
      await(connector.close());
      await(vertx.close());
    }
  }

  @Test
  void connect_withUrlAlone_works() throws Exception {
    String url =
        "dsql://app@localhost:%d/postgres?region=%s&caFile=%s"
            .formatted(cluster.port(), cluster.region(), cluster.caFile());
    connector =
        DsqlConnector.create(
            DsqlConfig.builder()
                .url(url)
                .credentialsProvider(LocalCluster.credentials(cluster.principal()))
                .build());
    assertThat(value(await(connector.connect()), "SELECT current_user")).isEqualTo("app");
  }

  @Test
  void connect_withEnvironmentAlone_works() throws Exception {
    Map<String, String> environment = cluster.environment();
    // What the SDK's default chain reads; a test cannot set its own process's environment.
    System.setProperty("aws.accessKeyId", environment.get("AWS_ACCESS_KEY_ID"));
    System.setProperty("aws.secretAccessKey", environment.get("AWS_SECRET_ACCESS_KEY"));
    System.setProperty("aws.region", environment.get("AWS_REGION"));
    try {
      connector = DsqlConnector.create(DsqlConfig.fromEnvironment(environment));
      assertThat(value(await(connector.connect()), "SELECT current_user")).isEqualTo("admin");
    } finally {
      System.clearProperty("aws.accessKeyId");
      System.clearProperty("aws.secretAccessKey");
      System.clearProperty("aws.region");
    }
  }

  @Test
  void connect_sessionCredentials_work() throws Exception {
    IamPrincipal session =
        IamPrincipal.generate("arn:aws:iam::123456789012:role/job", DbAction.DB_CONNECT_ADMIN)
            .withSessionToken("FwoGZXIvYXdzE+/=".repeat(60));
    cluster.iam().add(session);
    connector =
        DsqlConnector.create(
            config(cluster)
                .credentialsProvider(
                    StaticCredentialsProvider.create(
                        AwsSessionCredentials.create(
                            session.accessKeyId(),
                            session.secretAccessKey(),
                            session.sessionToken().orElseThrow())))
                .build());
    assertThat(value(await(connector.connect()), "SELECT 1")).isEqualTo("1");
    cluster.iam().remove(session.accessKeyId());
  }

  @Test
  void values_ofManyTypes_surviveTheTrip() throws Exception {
    connector = DsqlConnector.create(config(cluster).build());
    SqlConnection connection = await(connector.connect());
    assertThat(
            values(
                connection, "SELECT 'ä€😀' UNION ALL SELECT repeat('x', 100000) ORDER BY 1 DESC"))
        .containsExactly("ä€😀", "x".repeat(100000));
  }

  @Test
  void close_atTheEndOfAChain_completesWithOwnVertx() throws Exception {
    DsqlConnector own = DsqlConnector.create(config(cluster).build());
    var chain =
        own.connect()
            .compose(
                connection -> connection.query("SELECT 1").execute().eventually(connection::close))
            .map(rows -> rows.size())
            .eventually(own::close)
            .map(size -> size + 1);
    // On the threads of the Vert.x that the chain closes; it used to wait for ever.
    assertThat(chain.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS))
        .isEqualTo(2);
  }

  private static Vertx vertxThatResolves(String host) {
    return Vertx.vertx(
        new VertxOptions()
            .setAddressResolverOptions(
                new AddressResolverOptions()
                    .setHostsValue(Buffer.buffer("127.0.0.1 " + host + "\n"))));
  }
}
