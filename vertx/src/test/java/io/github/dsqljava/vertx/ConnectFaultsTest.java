package io.github.dsqljava.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.AccessDeniedException;
import io.github.dsqljava.CertificateRejectedException;
import io.github.dsqljava.ClusterUnreachableException;
import io.github.dsqljava.ConnectPhase;
import io.github.dsqljava.CredentialsException;
import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.HostUnknownException;
import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.TlsNegotiation;
import io.github.dsqljava.vertx.FakeServer.Behaviour;
import io.vertx.pgclient.PgException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** Failures to connect, against a fake server that does what a healthy one never would. */
@Timeout(60)
@SuppressWarnings("InterruptedExceptionSwallowed") // a test may throw anything; JUnit takes it
class ConnectFaultsTest extends FakeServerFixture {

  // Refusals by the server and of the server

  @Test
  void connect_accessDenied_hintSurvives() throws Exception {
    FakeServer server = server(Behaviour.ACCESS_DENIED);
    AccessDeniedException denied =
        failure(AccessDeniedException.class, connector(config(server.port())).connect());
    assertThat(denied.hint()).contains("Signature expired: 1 is now earlier than 2");
    assertThat(denied)
        .hasMessageContaining("localhost:" + server.port())
        .hasMessageContaining("clock")
        .hasCauseInstanceOf(PgException.class);
    assertThat(server.goodbyes.take()).as("closed without Terminate").isFalse();
  }

  @ParameterizedTest
  @EnumSource(TlsNegotiation.class)
  void connect_certificateOfAnotherName_refused(TlsNegotiation negotiation) throws Exception {
    FakeServer server = server(other, Behaviour.HEALTHY);
    DsqlConfig.Builder config =
        config(server.port()).caFile(other.pem()).tlsNegotiation(negotiation);
    assertThat(failure(CertificateRejectedException.class, connector(config).connect()))
        .hasMessageContaining("another name than localhost");
    assertThat(server.goodbyes.take()).as("closed without Terminate").isFalse();
    assertThat(server.logins).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(TlsNegotiation.class)
  void connect_certificateOfAnotherAuthority_refused(TlsNegotiation negotiation) throws Exception {
    FakeServer server = server(Behaviour.HEALTHY);
    DsqlConfig.Builder config =
        config(server.port()).caFile(other.pem()).tlsNegotiation(negotiation);
    assertThat(failure(CertificateRejectedException.class, connector(config).connect()))
        .hasMessageContaining("not issued under")
        .hasMessageContaining(other.pem().toString());
    assertThat(server.goodbyes.take()).as("closed without Terminate").isFalse();
    assertThat(server.logins).isEmpty();
  }

  @Test
  void connect_serverWithoutAlpn_directRefused() throws Exception {
    FakeServer server = server(Behaviour.NO_ALPN);
    assertThat(
            failure(ClusterUnreachableException.class, connector(config(server.port())).connect()))
        .hasMessageContaining("ALPN")
        .hasMessageContaining("sslrequest");
    assertThat(server.logins).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "NO_TLS, offers no TLS",
    "EXTRA_BYTES, more than the one byte",
    "ERROR_BEFORE_TLS, is not PostgreSQL's"
  })
  void connect_oddAnswerToSslRequest_refused(Behaviour behaviour, String reason) throws Exception {
    FakeServer server = server(behaviour);
    DsqlConfig.Builder config = config(server.port()).tlsNegotiation(TlsNegotiation.SSL_REQUEST);
    ClusterUnreachableException failure =
        failure(ClusterUnreachableException.class, connector(config).connect());
    assertThat(failure).hasMessageContaining(reason);
    assertThat(failure.phase()).isEqualTo(ConnectPhase.TLS);
    assertThat(server.goodbyes.take()).as("closed without Terminate").isFalse();
  }

  // Time and network

  @ParameterizedTest
  @CsvSource({
    "SILENT, DIRECT, TLS",
    "SILENT, SSL_REQUEST, TLS",
    "SILENT_AFTER_TLS, DIRECT, LOGIN",
    "SILENT_AFTER_TLS, SSL_REQUEST, LOGIN"
  })
  void connect_silentServer_timesOutWithPhaseAndClosesTheSocket(
      Behaviour behaviour, TlsNegotiation negotiation, ConnectPhase phase) throws Exception {
    FakeServer server = server(behaviour);
    DsqlConfig.Builder config =
        config(server.port()).tlsNegotiation(negotiation).connectTimeout(Duration.ofSeconds(1));
    ClusterUnreachableException failure =
        failure(ClusterUnreachableException.class, connector(config).connect());
    assertThat(failure).hasMessageContaining("PT1S").hasMessageContaining(phase.toString());
    assertThat(failure.phase()).isEqualTo(phase);
    assertThat(server.goodbyes.take()).as("closed without Terminate").isFalse();
  }

  @Test
  void connect_serverClosesDuringLogin_unreachable() throws Exception {
    FakeServer server = server(Behaviour.CLOSES_AFTER_TLS);
    ClusterUnreachableException failure =
        failure(ClusterUnreachableException.class, connector(config(server.port())).connect());
    assertThat(failure).hasMessageContaining("the server closed the connection during the login");
    assertThat(failure.phase()).isEqualTo(ConnectPhase.LOGIN);
  }

  @ParameterizedTest
  @CsvSource({"DIRECT, true", "SSL_REQUEST, false"})
  void connect_serverClosesInTls_saysSoAndAdvisesTheOtherNegotiation(
      TlsNegotiation negotiation, boolean advice) throws Exception {
    FakeServer server = server(Behaviour.CLOSES_IN_TLS);
    DsqlConfig.Builder config = config(server.port()).tlsNegotiation(negotiation);
    ClusterUnreachableException failure =
        failure(ClusterUnreachableException.class, connector(config).connect());
    assertThat(failure)
        .hasMessageContaining("the server closed the connection in the TLS handshake");
    assertThat(failure.getMessage().contains("try tlsNegotiation=sslrequest")).isEqualTo(advice);
    assertThat(failure.phase()).isEqualTo(ConnectPhase.TLS);
  }

  @Test
  void connect_nothingListens_unreachable() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    ClusterUnreachableException failure =
        failure(ClusterUnreachableException.class, connector(config(port)).connect());
    assertThat(failure).hasMessageContaining("nothing listens there");
    assertThat(failure.phase()).isEqualTo(ConnectPhase.TCP);
  }

  @Test
  void connect_unknownHost_saysSo() throws Exception {
    // RFC 6761 reserves the top-level domain "invalid", so that it never exists.
    DsqlConfig.Builder config = config(5432).endpoint("cluster.invalid");
    assertThat(failure(HostUnknownException.class, connector(config).connect()))
        .hasMessageContaining("cluster.invalid:5432");
  }

  @Test
  void connect_noCredentials_credentialsException() throws Exception {
    AwsCredentialsProvider broken =
        () -> {
          throw new IllegalStateException("no key today");
        };
    DsqlConfig.Builder config = config(5432).credentialsProvider(broken);
    assertThat(failure(CredentialsException.class, connector(config).connect()))
        .hasMessageContaining("localhost:5432");
  }

  @Test
  void create_missingCaFile_refused() {
    DsqlConfig config = config(5432).caFile(directory.resolve("missing.pem")).build();
    assertThatThrownBy(() -> DsqlConnector.create(config))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("missing.pem");
  }
}
