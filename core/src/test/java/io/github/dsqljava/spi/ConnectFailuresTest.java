package io.github.dsqljava.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.AccessDeniedException;
import io.github.dsqljava.CertificateRejectedException;
import io.github.dsqljava.ClusterUnreachableException;
import io.github.dsqljava.ConnectPhase;
import io.github.dsqljava.ConnectionRejectedException;
import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.DsqlException;
import io.github.dsqljava.HostUnknownException;
import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.RoleNotMappedException;
import io.github.dsqljava.ServerError;
import io.github.dsqljava.TlsNegotiation;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectFailuresTest {

  private static final String DENIED = "unable to accept connection, access denied";
  private final Throwable cause = new IOException("from the driver");

  private static DsqlConfig config(String user) {
    return DsqlConfig.builder().endpoint("localhost").region("us-east-1").user(user).build();
  }

  private DsqlException server(
      String user, String sqlState, String message, @Nullable String hint) {
    DsqlException failure =
        ConnectFailures.of(config(user))
            .from(ServerError.of("FATAL", sqlState, message, null, hint), cause);
    assertThat(failure)
        .hasMessageContaining("localhost:5432")
        .hasMessageContaining("user " + user)
        .hasMessageContaining(message)
        .hasCause(cause);
    return failure;
  }

  private static DsqlException thrown(Throwable cause) {
    return thrown(config("admin"), cause);
  }

  private static DsqlException thrown(DsqlConfig config, Throwable cause) {
    DsqlException failure = ConnectFailures.of(config).from(cause, ConnectPhase.TCP);
    assertThat(failure)
        .hasMessageContaining("localhost:5432")
        .hasMessageContaining("user admin")
        .hasCause(cause);
    return failure;
  }

  private static Throwable caused(Throwable outer, Throwable cause) {
    return outer.initCause(cause);
  }

  // Refused tokens

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Signature expired: 20261122T101530Z is now earlier than ...       | clock
          User: arn:aws:iam::1:user/n is not authorized to access this ...  | dsql:DbConnectAdmin
          User: ... is not authorized to perform: dsql:DbConnectAdmin       | dsql:DbConnectAdmin
          Wrong user to action mapping. user: admin, action: DbConnect      | Leave tokenAction unset
          The security token included in the request is expired             | session credentials have expired
          something new                                                     | region us-east-1
                                                                            | region us-east-1
                                                                            | this machine's clock
          """)
  void from_adminDenied_hintDecidesTheRemedy(@Nullable String hint, String remedy) {
    for (String sqlState : List.of("08006", "28000", "28P01")) {
      DsqlException failure = server("admin", sqlState, DENIED, hint);
      assertThat(failure).isExactlyInstanceOf(AccessDeniedException.class);
      assertThat(failure).hasMessageContaining(remedy);
      AccessDeniedException denied = (AccessDeniedException) failure;
      assertThat(denied.sqlState()).isEqualTo(sqlState);
      assertThat(denied.hint().orElse(null)).isEqualTo(hint);
      if (hint != null) {
        assertThat(failure).hasMessageContaining("HINT: " + hint);
      }
    }
  }

  @Test
  void from_otherUserDeniedWithHint_notUnmapped() {
    DsqlException failure =
        server("app", "08006", DENIED, "Wrong user to action mapping. user: app, action: x");
    assertThat(failure).isExactlyInstanceOf(AccessDeniedException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "08006, 'unable to accept connection, access denied'",
    "28000, 'unable to accept connection, access denied'",
    "28000, 'IAM authentication failed for user \"app\"'",
    "08006, 'IAM authentication failed for user \"app\"'",
    "XX000, 'Unable to accept connection, access denied'"
  })
  void from_otherUserDeniedWithoutHint_roleNotMapped(String sqlState, String message) {
    DsqlException failure = server("app", sqlState, message, null);
    assertThat(failure)
        .isInstanceOf(RoleNotMappedException.class)
        .hasMessageContaining("AWS IAM GRANT app TO")
        .hasMessageContaining("The service gives no reason")
        .hasMessageContaining("region us-east-1");
  }

  @Test
  void from_unmappedRoleThatNeedsQuotes_statementCanBePasted() {
    assertThat(server("My-App", "08006", DENIED, null))
        .hasMessageContaining("AWS IAM GRANT \"My-App\" TO");
  }

  // Other answers of the server

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          53300 | Unable to accept connection, too many open connections.              | 10,000
          53400 | Unable to accept connection, rate exceeded.                          | pause
          08006 | unable to accept connection, waking up cluster, please retry later   | inactive
          08006 | unable to accept connection, sni was not received                    | own name
          08006 | unable to accept connection, invalid sni                             | own name
          0A000 | setting configuration parameter "statement_timeout" not supported    | remove it
          3D000 | database "x" does not exist                                          | postgres
          57P03 | the database system is starting up                                   | SQLSTATE
          """)
  void from_otherServerError_rejectedWithRemedy(String sqlState, String message, String remedy) {
    DsqlException failure = server("admin", sqlState, message, "a hint");
    assertThat(failure).isInstanceOf(ConnectionRejectedException.class);
    assertThat(failure).hasMessageContaining(remedy).hasMessageContaining("HINT: a hint");
    ConnectionRejectedException rejected = (ConnectionRejectedException) failure;
    assertThat(rejected.sqlState()).isEqualTo(sqlState);
    assertThat(rejected.hint()).contains("a hint");
    assertThat(rejected.detail()).isEmpty();
  }

  @Test
  void from_errorWithoutFields_stillExplained() {
    DsqlException failure =
        ConnectFailures.of(config("admin"))
            .from(ServerError.of(null, null, null, "a detail", null), cause);
    assertThat(failure)
        .isInstanceOf(ConnectionRejectedException.class)
        .hasMessageContaining("no SQLSTATE")
        .hasMessageContaining("DETAIL: a detail");
  }

  // Certificates

  @Test
  void from_untrustedCertificate_saysWhoIsTrusted() {
    Throwable cause =
        caused(
            new SSLHandshakeException("PKIX path building failed"),
            caused(new CertificateException("PKIX"), new CertPathBuilderException("no path")));
    assertThat(thrown(cause))
        .isInstanceOf(CertificateRejectedException.class)
        .hasMessageContaining("the JDK's certificate authorities")
        .hasMessageContaining("caFile")
        .hasMessageNotContaining("another name");
    DsqlConfig pinned = config("admin").toBuilder().caFile(Path.of("pinned.pem")).build();
    assertThat(thrown(pinned, cause)).hasMessageContaining("in pinned.pem");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "No name matching localhost found",
        "No subject alternative DNS name matching localhost found.",
        "No subject alternative names present"
      })
  void from_certificateForAnotherName_saysSo(String text) {
    Throwable cause =
        caused(new SSLHandshakeException("handshake"), new CertificateException(text));
    assertThat(thrown(cause))
        .isInstanceOf(CertificateRejectedException.class)
        .hasMessageContaining("another name than localhost");
  }

  @Test
  void from_expiredCertificate_saysSo() {
    Throwable cause =
        caused(
            new SSLHandshakeException("handshake"),
            new CertPathValidatorException(
                "validity check failed", new CertificateExpiredException("NotAfter")));
    assertThat(thrown(cause))
        .isInstanceOf(CertificateRejectedException.class)
        .hasMessageContaining("out of date");
  }

  @Test
  void from_otherCertificateTrouble_saysWhatWasChecked() {
    assertThat(thrown(new CertificateException("odd")))
        .isInstanceOf(CertificateRejectedException.class)
        .hasMessageContaining("for the name localhost");
  }

  // Network

  @Test
  void from_unknownHost_hostUnknown() {
    assertThat(thrown(new UnknownHostException("localhost")))
        .isInstanceOf(HostUnknownException.class);
    assertThat(thrown(new UnresolvedAddressException())).isInstanceOf(HostUnknownException.class);
  }

  @Test
  void from_refused_unreachableNothingListens() {
    DsqlException failure = thrown(new ConnectException("Connection refused: localhost/127.0.0.1"));
    assertThat(failure)
        .isInstanceOf(ClusterUnreachableException.class)
        .hasMessageContaining("nothing listens there");
    assertThat(((ClusterUnreachableException) failure).phase()).isEqualTo(ConnectPhase.TCP);
  }

  @Test
  void from_tlsFailureWithoutCertificate_unreachableWithOtherNegotiation() {
    Throwable cause = new SSLHandshakeException("Received fatal alert: no_application_protocol");
    assertThat(thrown(cause))
        .isInstanceOf(ClusterUnreachableException.class)
        .hasMessageContaining("no_application_protocol")
        .hasMessageContaining("sslrequest");
    DsqlConfig sslRequest =
        config("admin").toBuilder().tlsNegotiation(TlsNegotiation.SSL_REQUEST).build();
    assertThat(thrown(sslRequest, cause)).hasMessageNotContaining("sslrequest");
  }

  static List<Throwable> closedByTheServer() {
    return List.of(
        new ClosedChannelException(),
        new IOException("Connection reset by peer"),
        new SSLHandshakeException("Connection closed while SSL/TLS handshake was in progress"),
        caused(
            new SSLHandshakeException("Remote host terminated the handshake"),
            new EOFException("SSL peer shut down incorrectly")),
        new RuntimeException(
            "Failed to read any response from the server, the underlying connection might get lost"
                + " unexpectedly."));
  }

  @ParameterizedTest
  @MethodSource("closedByTheServer")
  void from_closedByTheServer_saysSoAndWhatToDo(Throwable cause) {
    DsqlConfig direct = config("admin");
    DsqlConfig sslRequest = direct.toBuilder().tlsNegotiation(TlsNegotiation.SSL_REQUEST).build();
    for (ConnectPhase phase : ConnectPhase.values()) {
      DsqlException failure = ConnectFailures.of(direct).from(cause, phase);
      assertThat(failure)
          .isInstanceOf(ClusterUnreachableException.class)
          .hasMessageContaining("the server closed the connection ")
          .hasMessageNotContaining("()")
          .hasCause(cause);
      assertThat(((ClusterUnreachableException) failure).phase()).isEqualTo(phase);
      assertThat(failure.getMessage().contains("try tlsNegotiation=sslrequest"))
          .as("advice in phase %s", phase)
          .isEqualTo(phase == ConnectPhase.TLS);
      assertThat(ConnectFailures.of(sslRequest).from(cause, phase))
          .hasMessageContaining("the server closed the connection ")
          .hasMessageNotContaining("sslrequest");
    }
    assertThat(ConnectFailures.of(direct).from(cause, ConnectPhase.TLS))
        .hasMessageContaining("in the TLS handshake");
    assertThat(ConnectFailures.of(direct).from(cause, ConnectPhase.LOGIN))
        .hasMessageContaining("during the login");
  }

  @Test
  void from_handshakeFailureWithoutReason_unreachableThatNamesTheUsualOnes() {
    Throwable lost = new RuntimeException("SSL handshake failed");
    DsqlException failure = ConnectFailures.of(config("admin")).from(lost, ConnectPhase.UNKNOWN);
    assertThat(failure)
        .isInstanceOf(ClusterUnreachableException.class)
        .hasMessageContaining("the TLS handshake failed")
        .hasMessageContaining("not issued under the JDK's certificate authorities")
        .hasMessageContaining("another name than localhost")
        .hasMessageContaining("the server closed the connection")
        .hasCause(lost);
    assertThat(((ClusterUnreachableException) failure).phase()).isEqualTo(ConnectPhase.TLS);
    DsqlConfig pinned = config("admin").toBuilder().caFile(Path.of("pinned.pem")).build();
    assertThat(thrown(pinned, lost)).hasMessageContaining("in pinned.pem");
  }

  @Test
  void from_failureWithoutText_namesItsClass() {
    assertThat(thrown(new IOException())).hasMessageContaining("(java.io.IOException)");
  }

  @Test
  void from_anythingElse_unreachableWithPhase() {
    assertThat(
            ConnectFailures.of(config("admin"))
                .from(new RuntimeException("connection was closed"), ConnectPhase.LOGIN))
        .isInstanceOf(ClusterUnreachableException.class)
        .hasMessageContaining("logging in")
        .hasMessageContaining("connection was closed");
    assertThat(thrown(new IOException((String) null))).hasMessageContaining("opening the TCP");
  }

  @Test
  void from_dsqlExceptionWithin_returnedAsItIs() {
    InvalidConfigurationException known = new InvalidConfigurationException("known");
    assertThat(
            ConnectFailures.of(config("admin"))
                .from(new RuntimeException(known), ConnectPhase.UNKNOWN))
        .isSameAs(known);
  }

  @Test
  void from_circularCauses_terminates() {
    Exception first = new Exception("first");
    Exception second = new Exception("second", first);
    first.initCause(second);
    assertThat(thrown(first)).isInstanceOf(ClusterUnreachableException.class);
  }

  @Test
  void timedOut_namesPhaseAndTimeout() {
    assertThat(ConnectFailures.of(config("admin")).timedOut(ConnectPhase.TLS))
        .isInstanceOf(ClusterUnreachableException.class)
        .hasMessageContaining("PT10S")
        .hasMessageContaining("in the TLS handshake")
        .hasMessageContaining("connectTimeout");
  }
}
