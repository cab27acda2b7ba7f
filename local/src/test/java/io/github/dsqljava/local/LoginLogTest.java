package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.frontend.RawClient;
import io.github.dsqljava.local.iam.DbAction;
import io.github.dsqljava.local.iam.IamPrincipal;
import io.github.dsqljava.local.tls.ClusterCertificates;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log tells somebody whose client is refused, and the way in without a server name. */
class LoginLogTest {
  private static final String ALPN = "postgresql";

  @TempDir Path temporary;

  @Test
  void serverNameNotRequired_admitsWhoSendsNone_butNotAnothersName() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.builder().serverNameRequired(false).start()) {
      for (String host : List.of("localhost", "127.0.0.1")) {
        Properties properties = new Properties();
        properties.setProperty("user", "admin");
        properties.setProperty("password", cluster.token("admin"));
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", cluster.caFile().toString());
        String url = "jdbc:postgresql://" + host + ":" + cluster.port() + "/postgres";
        try (Connection connection = DriverManager.getConnection(url, properties)) {
          assertThat(Jdbc.value(connection, "SELECT current_user")).isEqualTo("admin");
        }
      }
      assertThat(answer(cluster, "example.com", Map.of("user", "admin")).field('M'))
          .endsWith("invalid sni");
      assertThat(
              answer(
                      cluster,
                      null,
                      Map.of("user", "admin", "options", "-c amzn-cluster-id=another"))
                  .field('M'))
          .endsWith("invalid sni");
    }
  }

  @Test
  void refusedLogin_isLoggedOnce_withReasonAndRemedy() throws Exception {
    Path foreign = ClusterCertificates.loadOrCreate(temporary, "us-east-1").authorityFile();
    try (DsqlLocal cluster = DsqlLocal.start();
        CapturedLog log = CapturedLog.of("io.github.dsqljava.local.frontend")) {
      Jdbc.createMappedRole(cluster, "app");
      answer(cluster, null, Map.of("user", "admin"));
      log.expectOne("sni was not received", "it sent no TLS server name", cluster.clusterHost());
      answer(cluster, "example.com", Map.of("user", "admin"));
      log.expectOne("invalid sni", "example.com", cluster.clusterHost());
      IamPrincipal other =
          IamPrincipal.generate("arn:aws:iam::123456789012:user/other", DbAction.values());
      assertRefused(cluster, "admin", cluster.token(other, "admin"));
      log.expectOne("as \"admin\"", "no principal has the access key", "environment file");
      cluster.iam().add(other);
      assertRefused(cluster, "app", cluster.token(other, "app"));
      log.expectOne("AWS IAM GRANT app TO '" + other.arn() + "'");
      assertRefused(cluster, "admin", cluster.token("app"));
      log.expectOne("Wrong user to action mapping", "admin needs DbConnectAdmin");
      assertRefused(cluster, "admin", "password");
      log.expectOne("the password is no token", "DsqlSigner");
      cluster.faults().refuseLogins(1, LoginRefusal.RATE_EXCEEDED);
      assertRefused(cluster, "admin", cluster.token("admin"));
      log.expectOne("53400", "fault");
      try (RawClient client = RawClient.connect(cluster.port())) {
        client.sendStartup(Map.of("user", "admin"));
        client.expect('E');
      }
      log.expectOne("SSL is mandatory", "sslmode=verify-full");
      assertThatThrownBy(() -> Jdbc.connect(cluster, "admin", "sslrootcert=" + foreign))
          .isInstanceOf(SQLException.class);
      log.expectOne("TLS handshake failed", "has to trust " + cluster.caFile());
      assertThat(log.all()).noneMatch(line -> line.contains(other.secretAccessKey()));
    }
  }

  private static void assertRefused(DsqlLocal cluster, String user, String token) {
    assertThatThrownBy(() -> Jdbc.connect(cluster, user, "password=" + token))
        .isInstanceOf(SQLException.class);
  }

  private static WireMessage answer(DsqlLocal cluster, String sni, Map<String, String> startup)
      throws IOException {
    try (RawClient client = RawClient.direct(cluster.port(), cluster.caCertificate(), sni, ALPN)) {
      client.sendStartup(startup);
      return client.expect('E');
    }
  }
}
