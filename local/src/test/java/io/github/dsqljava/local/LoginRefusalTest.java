package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.frontend.RawClient;
import io.github.dsqljava.local.iam.AnyToken;
import io.github.dsqljava.local.iam.DbAction;
import io.github.dsqljava.local.iam.IamPrincipal;
import io.github.dsqljava.local.iam.TokenMaker;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each way not to get in, with the exact answer on the wire. */
class LoginRefusalTest {
  private static final String DENIED = "unable to accept connection, access denied";
  private static final String ALPN = "postgresql";
  private static final int SSL_REQUEST = 80877103;

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

  @Test
  void token_expired_isRefusedWithTheReason() throws Exception {
    WireMessage error =
        refusal("admin", token(DbAction.DB_CONNECT_ADMIN, 60, Instant.now().minusSeconds(61)));
    assertDenied(error);
    assertThat(error.field('H')).startsWith("Signature expired: ");
  }

  @Test
  void token_fromTheFuture_isRefused() throws Exception {
    assertDeniedWithoutHint(
        refusal("admin", token(DbAction.DB_CONNECT_ADMIN, 60, Instant.now().plusSeconds(600))));
  }

  @ParameterizedTest
  @CsvSource({"admin,DB_CONNECT,DbConnect", "app,DB_CONNECT_ADMIN,DbConnectAdmin"})
  void token_forTheOtherAction_isRefusedWithTheReason(
      String user, DbAction action, String actionName) throws Exception {
    WireMessage error = refusal(user, token(action, 60, Instant.now()));
    assertDenied(error);
    assertThat(error.field('H'))
        .isEqualTo("Wrong user to action mapping. user: " + user + ", action: " + actionName);
  }

  @Test
  void token_forAnotherHost_isRefused() throws Exception {
    assertDeniedWithoutHint(
        refusal(
            "admin",
            TokenMaker.sign(
                cluster.principal(),
                "example.com",
                cluster.region(),
                DbAction.DB_CONNECT_ADMIN,
                Duration.ofMinutes(1),
                Instant.now())));
  }

  @Test
  void token_forAnotherRegion_isRefused() throws Exception {
    assertDeniedWithoutHint(
        refusal(
            "admin",
            TokenMaker.sign(
                cluster.principal(),
                "localhost",
                "eu-central-1",
                DbAction.DB_CONNECT_ADMIN,
                Duration.ofMinutes(1),
                Instant.now())));
  }

  @Test
  void token_ofUnknownKey_isRefused() throws Exception {
    IamPrincipal stranger =
        IamPrincipal.generate("arn:aws:iam::123456789012:user/x", DbAction.DB_CONNECT_ADMIN);
    assertDeniedWithoutHint(refusal("admin", cluster.token(stranger, "admin")));
  }

  @Test
  void token_longerThanAWeek_isRefused() throws Exception {
    WireMessage accepted = answer("admin", AnyToken.of(cluster.principal(), Duration.ofDays(7)));
    assertThat(accepted.type()).isEqualTo('R');
    assertDeniedWithoutHint(
        refusal("admin", AnyToken.of(cluster.principal(), Duration.ofDays(7).plusSeconds(1))));
  }

  @Test
  void token_withAnyByteChanged_isRefused() throws Exception {
    String token = cluster.token("admin");
    // Every byte is covered without the wire in TokenTamperingTest.
    for (int i = 0; i < token.length(); i += 11) {
      StringBuilder changed = new StringBuilder(token);
      changed.setCharAt(i, (char) (token.charAt(i) ^ 1));
      WireMessage error = refusal("admin", changed.toString());
      assertThat(error.field('M')).as("byte %d of %s", i, token).isEqualTo(DENIED);
    }
  }

  @Test
  void token_thatIsNone_isRefused() throws Exception {
    assertDeniedWithoutHint(refusal("admin", "secret"));
  }

  @Test
  void principal_withoutPermission_isRefusedWithTheReason() throws Exception {
    IamPrincipal limited =
        IamPrincipal.generate("arn:aws:iam::123456789012:user/limited", DbAction.DB_CONNECT);
    cluster.iam().add(limited);
    WireMessage error = refusal("admin", cluster.token(limited, "admin"));
    assertDenied(error);
    assertThat(error.field('H'))
        .startsWith(
            "User: arn:aws:iam::123456789012:user/limited is not authorized to perform:"
                + " dsql:DbConnectAdmin");
  }

  @Test
  void role_mappedToSomebodyElse_isRefused() throws Exception {
    IamPrincipal other =
        IamPrincipal.generate("arn:aws:iam::123456789012:user/other", DbAction.DB_CONNECT);
    cluster.iam().add(other);
    assertDeniedWithoutHint(refusal("app", cluster.token(other, "app")));
  }

  @ParameterizedTest
  @CsvSource({"no_such_role", "postgres", "pg_monitor", "APP"})
  void role_thatIsNotMapped_isRefused(String role) throws Exception {
    assertDeniedWithoutHint(refusal(role, cluster.token(role)));
  }

  @Test
  void startup_withoutUser_isRefused() throws Exception {
    WireMessage error = startupAnswer("localhost", Map.of("database", "postgres"));
    assertFatal(error, "28000", "no PostgreSQL user name specified in startup packet");
  }

  @ParameterizedTest
  @CsvSource({"template1", "other"})
  void startup_withAnotherDatabase_isRefused(String database) throws Exception {
    try (RawClient client = direct("localhost")) {
      client.sendStartup(Map.of("user", "admin", "database", database));
      client.expect('R');
      client.sendText('p', cluster.token("admin"));
      assertFatal(client.expect('E'), "3D000", "database \"" + database + "\" does not exist");
    }
  }

  @Test
  void startup_withSettingThatIsNotAllowed_isRefused() throws Exception {
    Map<String, String> parameters = new HashMap<>();
    parameters.put("user", "admin");
    parameters.put("database", "postgres");
    parameters.put("statement_timeout", "1000");
    try (RawClient client = direct("localhost")) {
      client.sendStartup(parameters);
      client.expect('R');
      client.sendText('p', cluster.token("admin"));
      assertFatal(
          client.expect('E'),
          "0A000",
          "setting configuration parameter \"statement_timeout\" not supported");
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  @Test
  void startup_inPlaintext_isRefused() throws Exception {
    try (RawClient client = RawClient.connect(cluster.port())) {
      client.sendStartup(Map.of("user", "admin", "database", "postgres"));
      WireMessage error = client.expect('E');
      assertThat(error.field('S')).isEqualTo("FATAL");
      assertThat(error.field('M')).contains("SSL is mandatory");
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  @Test
  void startup_withoutServerName_isRefused() throws Exception {
    WireMessage error = startupAnswer(null, Map.of("user", "admin"));
    assertFatal(error, "08006", "unable to accept connection, sni was not received");
    assertThat(error.field('H'))
        .contains("Connect to " + cluster.clusterHost())
        .contains("--sni optional");
  }

  @Test
  void startup_withUnknownServerName_isRefused() throws Exception {
    assertFatal(
        startupAnswer("example.com", Map.of("user", "admin")),
        "08006",
        "unable to accept connection, invalid sni");
  }

  @Test
  void startup_withAnotherClustersId_isRefused() throws Exception {
    assertFatal(
        startupAnswer(
            "localhost", Map.of("user", "admin", "options", "-c amzn-cluster-id=another")),
        "08006",
        "unable to accept connection, invalid sni");
  }

  @Test
  void startup_ofProtocol2_isRefused() throws Exception {
    try (RawClient client = direct("localhost")) {
      client.send(RawClient.startup(2 << 16, Map.of("user", "admin")));
      assertFatal(client.expect('E'), "0A000", "unsupported frontend protocol 2.0");
    }
  }

  @Test
  void directTls_withoutAlpn_isClosed() throws Exception {
    try (RawClient client =
        RawClient.direct(cluster.port(), cluster.caCertificate(), "localhost")) {
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  @Test
  void directTls_withAnotherAlpn_isRefusedInTheHandshake() {
    assertThatThrownBy(
            () ->
                RawClient.direct(cluster.port(), cluster.caCertificate(), "localhost", "h2")
                    .close())
        .isInstanceOf(SSLException.class);
  }

  @Test
  void sslRequest_withBytesBehindIt_isRefused() throws Exception {
    try (RawClient client = RawClient.connect(cluster.port())) {
      byte[] startup = RawClient.startup(3 << 16, Map.of("user", "admin"));
      byte[] both = new byte[8 + startup.length];
      System.arraycopy(RawClient.request(SSL_REQUEST), 0, both, 0, 8);
      System.arraycopy(startup, 0, both, 8, startup.length);
      client.send(both);
      assertFatal(client.expect('E'), "08P01", "received unencrypted data after SSL request");
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  @Test
  void revokedMapping_endsTheRightToLogIn() throws Exception {
    Jdbc.createMappedRole(cluster, "shortlived");
    try (var admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "AWS IAM REVOKE shortlived FROM '" + cluster.principal().arn() + "'");
    }
    assertDeniedWithoutHint(refusal("shortlived", cluster.token("shortlived")));
  }

  private static RawClient direct(String sni) throws IOException {
    return RawClient.direct(cluster.port(), cluster.caCertificate(), sni, ALPN);
  }

  private static WireMessage startupAnswer(String sni, Map<String, String> parameters)
      throws IOException {
    try (RawClient client = direct(sni)) {
      client.sendStartup(parameters);
      return client.expect('E');
    }
  }

  private static WireMessage answer(String user, String token) throws IOException {
    try (RawClient client = direct("localhost")) {
      client.sendStartup(Map.of("user", user, "database", "postgres"));
      client.expect('R');
      client.sendText('p', token);
      return client.read();
    }
  }

  private static WireMessage refusal(String user, String token) throws IOException {
    try (RawClient client = direct("localhost")) {
      client.sendStartup(Map.of("user", user, "database", "postgres"));
      client.expect('R');
      client.sendText('p', token);
      WireMessage error = client.expect('E');
      assertThat(client.isClosedByServer()).isTrue();
      return error;
    }
  }

  private static String token(DbAction action, int seconds, Instant signedAt) {
    return TokenMaker.sign(
        cluster.principal(),
        "localhost",
        cluster.region(),
        action,
        Duration.ofSeconds(seconds),
        signedAt);
  }

  private static void assertDeniedWithoutHint(WireMessage error) {
    assertDenied(error);
    assertThat(error.field('H')).isEmpty();
  }

  private static void assertDenied(WireMessage error) {
    assertFatal(error, "08006", DENIED);
  }

  private static void assertFatal(WireMessage error, String sqlState, String text) {
    assertThat(error.field('S')).isEqualTo("FATAL");
    assertThat(error.field('C')).isEqualTo(sqlState);
    assertThat(error.field('M')).isEqualTo(text);
  }
}
