package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.frontend.RawClient;
import io.github.dsqljava.local.iam.DbAction;
import io.github.dsqljava.local.iam.IamPrincipal;
import io.github.dsqljava.local.iam.TokenMaker;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoginTest {
  private static final int SSL_REQUEST = 80877103;
  private static final int GSS_REQUEST = 80877104;
  private static final String ALPN = "postgresql";

  private static DsqlLocal cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    Jdbc.createMappedRole(cluster, "app");
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"admin", "app"})
  void directTls_validToken_logsIn(String user) throws Exception {
    try (RawClient client = direct()) {
      client.login(user, cluster.token(user));
      assertThat(client.query("SELECT current_user").toString()).contains(user);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"admin", "app"})
  void sslRequest_validToken_logsIn(String user) throws Exception {
    try (RawClient client = RawClient.connect(cluster.port())) {
      client.send(RawClient.request(SSL_REQUEST));
      assertThat(client.readByte()).isEqualTo('S');
      client.startTls(cluster.caCertificate(), "localhost");
      client.login(user, cluster.token(user));
      assertThat(client.query("SELECT current_user").toString()).contains(user);
    }
  }

  @Test
  void gssEncryptionRequest_isDeclinedAndTlsMayFollow() throws Exception {
    try (RawClient client = RawClient.connect(cluster.port())) {
      client.send(RawClient.request(GSS_REQUEST));
      assertThat(client.readByte()).isEqualTo('N');
      client.send(RawClient.request(SSL_REQUEST));
      assertThat(client.readByte()).isEqualTo('S');
      client.startTls(cluster.caCertificate(), "localhost", ALPN);
      client.login("admin", cluster.token("admin"));
    }
  }

  @Test
  void clusterHost_inServerNameAndToken_logsIn() throws Exception {
    String token =
        TokenMaker.sign(
            cluster.principal(),
            cluster.clusterHost(),
            cluster.region(),
            DbAction.DB_CONNECT_ADMIN,
            Duration.ofMinutes(1),
            Instant.now());
    try (RawClient client =
        RawClient.direct(cluster.port(), cluster.caCertificate(), cluster.clusterHost(), ALPN)) {
      client.login("admin", token);
    }
  }

  /** Whatever name a client knows the cluster by. */
  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LocalHost", "127.0.0.1", "::1", "[::1]", "real", "REAL"})
  void token_forAnyNameOfTheCluster_logsIn(String name) throws Exception {
    String host =
        switch (name) {
          case "real" -> cluster.clusterHost();
          case "REAL" -> cluster.clusterHost().toUpperCase(Locale.ROOT);
          default -> name;
        };
    String token =
        TokenMaker.sign(
            cluster.principal(),
            host,
            cluster.region(),
            DbAction.DB_CONNECT_ADMIN,
            Duration.ofMinutes(1),
            Instant.now());
    try (RawClient client = direct()) {
      client.login("admin", token);
    }
  }

  @Test
  void serverName_inUpperCase_isTheSame() throws Exception {
    try (RawClient client =
        RawClient.direct(cluster.port(), cluster.caCertificate(), "LOCALHOST", ALPN)) {
      client.login("admin", cluster.token("admin"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void tlsVersion_offeredAlone_isSpoken(String version) throws Exception {
    try (RawClient client = RawClient.connect(cluster.port())) {
      client.speakOnly(version);
      client.startTls(cluster.caCertificate(), "localhost", ALPN);
      client.login("admin", cluster.token("admin"));
    }
  }

  @Test
  void close_fromSeveralThreads_returnsToEachWhenAllIsGone() throws Exception {
    List<ProcessHandle> before = ProcessHandle.current().children().toList();
    // A spare would be a child of ours, too, and stay.
    DsqlLocal shortLived = DsqlLocal.builder().ahead(false).start();
    List<ProcessHandle> ours =
        ProcessHandle.current().children().filter(child -> !before.contains(child)).toList();
    assertThat(ours).isNotEmpty();
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<Future<Boolean>> goneAtReturn = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        goneAtReturn.add(
            threads.submit(
                () -> {
                  shortLived.close();
                  return ours.stream().noneMatch(ProcessHandle::isAlive);
                }));
      }
      for (Future<Boolean> gone : goneAtReturn) {
        assertThat(gone.get(30, TimeUnit.SECONDS)).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void privateLinkOption_namesTheClusterInsteadOfTheServerName() throws Exception {
    try (RawClient client =
        RawClient.direct(
            cluster.port(), cluster.caCertificate(), "vpce-1.dsql-fnh4.amazonaws.com", ALPN)) {
      client.sendStartup(
          Map.of(
              "user",
              "admin",
              "database",
              "postgres",
              "options",
              "-c amzn-cluster-id=" + cluster.clusterId()));
      client.expect('R');
      client.sendText('p', cluster.token("admin"));
      client.readUntilReady();
    }
  }

  @Test
  void greeting_showsTheServerAsTheServiceDoes() throws Exception {
    try (RawClient client = direct()) {
      List<WireMessage> greeting = client.login("admin", cluster.token("admin"));
      assertThat(greeting.stream().map(WireMessage::toString))
          .contains(
              "S server_version|16.15|",
              "S client_encoding|UTF8|",
              "S server_encoding|UTF8|",
              "S TimeZone|UTC|",
              "S is_superuser|off|",
              "S session_authorization|admin|")
          .startsWith("R ||||")
          .endsWith("Z I");
      assertThat(greeting).filteredOn(message -> message.type() == 'K').hasSize(1);
    }
  }

  @Test
  void startupAndPasswordInOneFlight_logsIn() throws Exception {
    try (RawClient client = direct()) {
      ByteArrayOutputStream flight = new ByteArrayOutputStream();
      flight.writeBytes(
          RawClient.startup(3 << 16, Map.of("user", "admin", "database", "postgres")));
      byte[] token = (cluster.token("admin") + "\0").getBytes(StandardCharsets.UTF_8);
      flight.write('p');
      flight.writeBytes(java.nio.ByteBuffer.allocate(4).putInt(4 + token.length).array());
      flight.writeBytes(token);
      // ... and a query behind them, which has to wait inside until PostgreSQL is there.
      flight.writeBytes(new byte[] {'Q', 0, 0, 0, 13});
      flight.writeBytes("SELECT 1\0".getBytes(StandardCharsets.UTF_8));
      client.send(flight.toByteArray());
      client.expect('R');
      client.readUntilReady();
      assertThat(client.readUntilReady().get(1).toString()).contains("1");
    }
  }

  @Test
  void newerProtocolMinorVersion_isNegotiatedDown() throws Exception {
    try (RawClient client = direct()) {
      client.send(
          RawClient.startup(
              (3 << 16) + 2, Map.of("user", "admin", "database", "postgres", "_pq_.x", "1")));
      WireMessage negotiation = client.expect('v');
      assertThat(negotiation.body()).startsWith(0, 0, 0, 0, 0, 0, 0, 1);
      assertThat(negotiation.toString()).contains("_pq_.x");
      client.expect('R');
      client.sendText('p', cluster.token("admin"));
      client.readUntilReady();
    }
  }

  @Test
  void settings_inStartupPacket_areInForce() throws Exception {
    try (RawClient client = direct()) {
      client.sendStartup(
          Map.of(
              "user",
              "admin",
              "database",
              "postgres",
              "search_path",
              "app_schema",
              "application_name",
              "me",
              "options",
              "-c timezone=Europe/Berlin"));
      client.expect('R');
      client.sendText('p', cluster.token("admin"));
      client.readUntilReady();
      String answer =
          client
              .query(
                  "SELECT current_setting('search_path'), current_setting('application_name'),"
                      + " current_setting('timezone')")
              .toString();
      assertThat(answer).contains("app_schema").contains("me").contains("Europe/Berlin");
    }
  }

  @Test
  void sessionCredentials_logIn() throws Exception {
    IamPrincipal session =
        IamPrincipal.generate(
                "arn:aws:iam::123456789012:role/with-session", DbAction.DB_CONNECT_ADMIN)
            .withSessionToken("session/token+with=signs".repeat(100));
    cluster.iam().add(session);
    try (RawClient client = direct()) {
      client.login("admin", cluster.token(session, "admin"));
    } finally {
      cluster.iam().remove(session.accessKeyId());
    }
  }

  private static RawClient direct() throws Exception {
    return RawClient.direct(cluster.port(), cluster.caCertificate(), "localhost", ALPN);
  }
}
