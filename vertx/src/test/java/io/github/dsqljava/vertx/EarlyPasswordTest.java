package io.github.dsqljava.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.AccessDeniedException;
import io.github.dsqljava.ClusterUnreachableException;
import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.vertx.FakeServer.Behaviour;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The setting earlyPassword with servers that take it, and with some that do not. */
@SuppressWarnings("InterruptedExceptionSwallowed")
class EarlyPasswordTest extends FakeServerFixture {
  /** Held, because the JDK forgets a logger that nobody holds. */
  private static final Logger LOGGER =
      Logger.getLogger("io.github.dsqljava.vertx.internal.EarlyPasswordRefusals");

  private final List<LogRecord> logged = new CopyOnWriteArrayList<>();
  private final Handler log =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          logged.add(entry);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOGGER.addHandler(log);
    LOGGER.setUseParentHandlers(false);
  }

  @AfterEach
  void stopListening() {
    LOGGER.removeHandler(log);
    LOGGER.setUseParentHandlers(true);
  }

  private static DsqlConfig.Builder early(FakeServer server) {
    return config(server.port()).earlyPassword(true);
  }

  @Test
  void serverThatTakesIt_getsThePasswordOnce() throws Exception {
    FakeServer server = server(Behaviour.HEALTHY);
    SqlConnection connection = await(connector(early(server)).connect());
    await(connection.query("SELECT 1").execute());
    assertThat(server.logins.take().password()).startsWith("localhost/?Action=DbConnectAdmin");
    assertThat(server.queries).as("nothing between login and query").containsExactly("SELECT 1");
    assertThat(server.logins).isEmpty();
    assertThat(logged).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"CLOSES_ON_EARLY_PASSWORD", "REFUSES_EARLY_PASSWORD"})
  void serverThatRefusesIt_isAskedOnceAndNeverAgain(Behaviour behaviour) throws Exception {
    FakeServer server = server(behaviour);
    await(connector(early(server)).connect());
    assertThat(server.logins.take().password()).startsWith("localhost/?Action=");
    assertThat(server.goodbyes.take()).as("the refused connection was not left open").isFalse();
    assertThat(logged).hasSize(1);
    assertThat(logged.get(0).getLevel()).isEqualTo(Level.WARNING);
    assertThat(String.valueOf(logged.get(0).getParameters()[0]))
        .isEqualTo("localhost:" + server.port());

    // Another connector of the same process.
    await(connector(early(server)).connect());
    server.logins.take();
    assertThat(server.goodbyes).as("no connection was refused").isEmpty();
    assertThat(logged).hasSize(1);
  }

  @Test
  void manyConnectionsAtOnce_logTheRefusalOnce() throws Exception {
    FakeServer server = server(Behaviour.CLOSES_ON_EARLY_PASSWORD);
    DsqlConnector connector = connector(early(server));
    List<Future<SqlConnection>> opening =
        IntStream.range(0, 8).mapToObj(i -> connector.connect()).toList();
    await(Future.all(opening));
    assertThat(logged).hasSize(1);
  }

  @Test
  void secondAttemptFailsAsWell_isReportedAndNothingIsRemembered() throws Exception {
    FakeServer server = server(Behaviour.ACCESS_DENIED);
    for (int i = 0; i < 2; i++) {
      failure(AccessDeniedException.class, connector(early(server)).connect());
      server.logins.take();
      server.logins.take();
      assertThat(server.logins).isEmpty();
    }
    assertThat(logged).isEmpty();
  }

  @Test
  void failureBeforeTheLogin_isNotTriedAgain() throws Exception {
    FakeServer server = server(Behaviour.CLOSES_IN_TLS);
    failure(ClusterUnreachableException.class, connector(early(server)).connect());
    server.goodbyes.take();
    assertThat(server.goodbyes).isEmpty();
  }

  @Test
  void certificateNotTrusted_noPasswordIsSent() throws Exception {
    FakeServer server = server(other, Behaviour.HEALTHY);
    failure(RuntimeException.class, connector(early(server).caFile(other.pem())).connect());
    server.goodbyes.take();
    assertThat(server.logins).isEmpty();
    assertThat(server.goodbyes).isEmpty();
  }

  @Test
  void serverThatSaysNothing_costsTheTimeoutOnce() throws Exception {
    FakeServer server = server(Behaviour.SILENT_AFTER_TLS);
    DsqlConfig.Builder config = early(server).connectTimeout(Duration.ofSeconds(1));
    assertThat(failure(ClusterUnreachableException.class, connector(config).connect()))
        .hasMessageContaining("no connection within PT1S");
    server.goodbyes.take();
    assertThat(server.goodbyes).isEmpty();
  }

  @Test
  void withoutTheSetting_theServerIsWaitedFor() throws Exception {
    FakeServer server = server(Behaviour.CLOSES_ON_EARLY_PASSWORD);
    await(connector(config(server.port())).connect());
    assertThat(server.goodbyes).isEmpty();
    assertThat(logged).isEmpty();
  }

  @Test
  void wrongToken_isDeniedByTheLocalCluster() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.start()) {
      DsqlConfig.Builder config = LocalCluster.config(cluster).earlyPassword(true);
      DsqlConnector denied = connector(config.tokenHost("example.com"));
      assertThat(failure(AccessDeniedException.class, denied.connect()))
          .hasMessageContaining("token host example.com");
      await(connector(LocalCluster.config(cluster).earlyPassword(true)).connect());
      assertThat(logged).isEmpty();
    }
  }
}
