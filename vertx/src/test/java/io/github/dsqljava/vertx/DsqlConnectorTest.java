package io.github.dsqljava.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.AccessDeniedException;
import io.github.dsqljava.ClosedException;
import io.github.dsqljava.TlsNegotiation;
import io.github.dsqljava.vertx.FakeServer.Behaviour;
import io.github.dsqljava.vertx.FakeServer.Login;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** Connections and pools, against a fake server that shows what the client sent. */
@Timeout(60)
@SuppressWarnings("InterruptedExceptionSwallowed") // a test may throw anything; JUnit takes it
class DsqlConnectorTest extends FakeServerFixture {

  // A healthy server

  @ParameterizedTest
  @EnumSource(TlsNegotiation.class)
  void connect_healthyServer_serverNameParametersAndTokenArrive(TlsNegotiation negotiation)
      throws Exception {
    FakeServer server = server(Behaviour.HEALTHY);
    DsqlConnector connector =
        connector(config(server.port()).user("app").tlsNegotiation(negotiation));

    SqlConnection connection = await(connector.connect());

    assertThat(connection.isSSL()).isTrue();
    Login login = server.logins.take();
    assertThat(login.serverNames()).containsExactly("localhost");
    assertThat(login.protocol())
        .isEqualTo(negotiation == TlsNegotiation.DIRECT ? "postgresql" : "");
    assertThat(login.password()).startsWith("localhost/?Action=DbConnect&X-Amz-");
    assertThat(login.parameters())
        .containsEntry("user", "app")
        .containsEntry("database", "postgres")
        .containsEntry("search_path", "myschema")
        .containsEntry("client_encoding", "utf8");
    assertThat(login.parameters().get("application_name"))
        .matches("aurora-dsql-java-vertx/[0-9].*");
    assertThat(connector.tlsMode())
        .isEqualTo(negotiation == TlsNegotiation.DIRECT ? TlsMode.DIRECT : TlsMode.SSL_REQUEST);
    assertThat(connector.toString())
        .contains("localhost:" + server.port(), "user=app", connector.tlsMode().toString())
        .doesNotContain("s3cret");
    await(connection.close());
    assertThat(server.goodbyes.take()).isTrue();
  }

  @Test
  void connect_twice_freshTokenEach() throws Exception {
    FakeServer server = server(Behaviour.HEALTHY);
    List<AwsBasicCredentials> keys =
        new ArrayList<>(
            List.of(
                AwsBasicCredentials.create("FIRST", "s3cret"),
                AwsBasicCredentials.create("SECOND", "s3cret")));
    AwsCredentialsProvider provider = () -> keys.remove(0);
    DsqlConnector connector = connector(config(server.port()).credentialsProvider(provider));

    await(connector.connect());
    await(connector.connect());

    assertThat(server.logins.take().password()).contains("Credential=FIRST%2F");
    assertThat(server.logins.take().password()).contains("Credential=SECOND%2F");
  }

  @Test
  void closeGrace_isTheLongestOfWhatWasMade() throws Exception {
    FakeServer server = server(Behaviour.HEALTHY);
    DsqlConnector connector = connector(config(server.port()));
    assertThat(connector.closeGrace()).isZero();
    connector.pool(PoolSettings.builder().closeGrace(Duration.ofSeconds(3)).build());
    connector.client(ClientSettings.builder().closeGrace(Duration.ofSeconds(4)).build());
    connector.pool(PoolSettings.builder().closeGrace(Duration.ofSeconds(2)).build());
    assertThat(connector.closeGrace()).isEqualTo(Duration.ofSeconds(4));
  }

  @Test
  void connect_onAContext_completesThere() throws Exception {
    FakeServer server = server(Behaviour.HEALTHY);
    DsqlConnector connector = connector(config(server.port()));
    Context context = vertx.getOrCreateContext();
    CompletableFuture<Context> completedOn = new CompletableFuture<>();

    context.runOnContext(
        v -> connector.connect().onComplete(done -> completedOn.complete(Vertx.currentContext())));

    assertThat(completedOn.get(30, TimeUnit.SECONDS)).isSameAs(context);
  }

  @Test
  void cancelRequest_directTls_sentOverTlsAndSocketClosed() throws Exception {
    FakeServer server = server(Behaviour.HEALTHY);
    PgConnection connection = PgConnection.cast(await(connector(config(server.port())).connect()));

    await(connection.cancelRequest());

    assertThat(server.cancelled.take()).isEqualTo(7);
    assertThat(server.goodbyes.take()).as("closed without Terminate").isFalse();
  }

  @ParameterizedTest
  @EnumSource(TlsNegotiation.class)
  void connect_secondTime_tlsSessionResumed(TlsNegotiation negotiation) throws Exception {
    FakeServer server = server(Behaviour.HEALTHY);
    DsqlConnector connector = connector(config(server.port()).tlsNegotiation(negotiation));

    await(await(connector.connect()).query("SELECT").execute());
    await(await(connector.connect()).query("SELECT").execute());
    await(connector.pool().query("SELECT").execute());

    long created = server.logins.take().sessionCreated();
    assertThat(server.logins).hasSize(2).allMatch(login -> login.sessionCreated() == created);
  }

  // Pools

  @Test
  void pool_concurrentUse_freshTokenAndHookForEachConnectionOnce() throws Exception {
    FakeServer server = server(Behaviour.HEALTHY);
    Pool pool =
        connector(config(server.port()))
            .pool(
                PoolSettings.builder()
                    .maxSize(2)
                    .initHook(c -> c.query("SET a = 1").execute().mapEmpty())
                    .build());

    SqlConnection first = await(pool.getConnection());
    SqlConnection second = await(pool.getConnection());
    await(first.close());
    await(pool.query("SELECT").execute());
    await(second.close());

    assertThat(server.logins).hasSize(2);
    assertThat(server.queries).containsExactly("SET a = 1", "SET a = 1", "SELECT");
  }

  @Test
  void pool_failingHook_acquireFailsAndConnectionIsClosed() throws Exception {
    FakeServer server = server(Behaviour.HEALTHY);
    IllegalStateException trouble = new IllegalStateException("from the hook");
    DsqlConnector connector = connector(config(server.port()));

    Pool failing =
        connector.pool(PoolSettings.builder().initHook(c -> Future.failedFuture(trouble)).build());
    assertThat(failure(IllegalStateException.class, failing.getConnection())).isSameAs(trouble);
    assertThat(server.goodbyes.take()).isTrue();

    Pool throwing =
        connector.pool(
            PoolSettings.builder()
                .initHook(
                    c -> {
                      throw trouble;
                    })
                .build());
    assertThat(failure(IllegalStateException.class, throwing.query("SELECT").execute()))
        .isSameAs(trouble);
    assertThat(server.goodbyes.take()).isTrue();

    Pool careless =
        connector.pool(PoolSettings.builder().initHook(c -> c.begin().mapEmpty()).build());
    assertThat(failure(IllegalStateException.class, careless.getConnection()))
        .hasMessageContaining("transaction open");
  }

  @Test
  void pool_hookThatEndsOnAnotherThread_connectionIsUsable() throws Exception {
    FakeServer server = server(Behaviour.HEALTHY);
    CompletableFuture<Void> hookCalled = new CompletableFuture<>();
    CompletableFuture<Void> hookDone = new CompletableFuture<>();
    Pool pool =
        connector(config(server.port()))
            .pool(
                PoolSettings.builder()
                    .initHook(
                        c -> {
                          hookCalled.complete(null);
                          return Future.fromCompletionStage(hookDone);
                        })
                    .build());
    Future<?> query = pool.query("SELECT").execute();
    hookCalled.get(30, TimeUnit.SECONDS);
    hookDone.complete(null); // on this thread, which is none of Vert.x
    await(query);
    assertThat(server.queries).containsExactly("SELECT");
  }

  @Test
  void pool_accessDenied_sameExceptionAsConnect() throws Exception {
    FakeServer server = server(Behaviour.ACCESS_DENIED);
    Pool pool = connector(config(server.port())).pool();
    failure(AccessDeniedException.class, pool.getConnection());
    failure(AccessDeniedException.class, pool.query("SELECT").execute());
    failure(AccessDeniedException.class, pool.withTransaction(c -> Future.succeededFuture()));
  }

  @Test
  void pool_closedByItsUser_connectorStaysUsable() throws Exception {
    FakeServer server = server(Behaviour.HEALTHY);
    DsqlConnector connector = connector(config(server.port()));
    Pool pool = connector.pool();
    await(pool.query("SELECT").execute());
    await(pool.close());
    assertThat(server.goodbyes.take()).isTrue();
    await(connector.connect());
  }

  // Close

  @Test
  void close_openPoolAndConnections_allClosedAndLaterCallsFail() throws Exception {
    FakeServer server = server(Behaviour.HEALTHY);
    DsqlConnector connector = DsqlConnector.create(config(server.port()).build());
    Pool pool = connector.pool();
    await(pool.query("SELECT").execute());
    SqlConnection connection = await(connector.connect());

    Future<Void> closed = connector.close();
    assertThat(connector.close()).isSameAs(closed);
    await(closed);

    assertThat(server.goodbyes.take()).isTrue();
    assertThat(server.goodbyes.take()).isTrue();
    assertThat(failure(ClosedException.class, connector.connect()))
        .hasMessageContaining("localhost:" + server.port() + " is closed");
    assertThatThrownBy(connector::pool)
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("is closed");
    failure(ClosedException.class, pool.getConnection());
    failure(ClosedException.class, pool.query("SELECT").execute());
    assertThat(connection).isNotNull();
  }

  @Test
  void close_givenVertx_staysOpen() throws Exception {
    FakeServer server = server(Behaviour.HEALTHY);
    DsqlConnector connector = DsqlConnector.create(vertx, config(server.port()).build());
    await(connector.connect());
    await(connector.close());
    CompletableFuture<Boolean> stillRuns = new CompletableFuture<>();
    vertx.runOnContext(v -> stillRuns.complete(true));
    assertThat(stillRuns.get(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void close_connectUnderWay_failsAndLeavesNoSocket() throws Exception {
    FakeServer server = server(Behaviour.SILENT_AFTER_TLS);
    DsqlConnector connector = DsqlConnector.create(vertx, config(server.port()).build());
    Future<SqlConnection> opening = connector.connect();
    Future<SqlConnection> fromPool = connector.pool().getConnection();
    await(connector.close());
    failure(ClosedException.class, opening);
    failure(ClosedException.class, fromPool);
  }
}
