package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.AccessDeniedException;
import io.github.dsqljava.CertificateRejectedException;
import io.github.dsqljava.ConnectionRejectedException;
import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.RoleNotMappedException;
import io.github.dsqljava.TlsNegotiation;
import io.github.dsqljava.TokenAction;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.iam.DbAction;
import io.github.dsqljava.local.iam.IamPrincipal;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.dns.AddressResolverOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each way to be turned away by a local cluster, and what the user is told. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class RefusedLoginTest {
  private static final String DENIED = "unable to accept connection, access denied";
  private static DsqlLocal cluster;
  private static volatile Duration serverClockOffset = Duration.ZERO;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.builder().clock(() -> Instant.now().plus(serverClockOffset)).start();
    LocalCluster.createMappedRole(cluster, "app");
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @AfterEach
  void nothingStaysOpen() {
    serverClockOffset = Duration.ZERO;
    LocalCluster.assertNothingOpen(cluster);
  }

  @Test
  void expiredToken_saysToCompareClocks() throws Exception {
    serverClockOffset = Duration.ofMinutes(20);
    AccessDeniedException denied = denied(config(cluster));
    assertThat(denied.hint())
        .hasValueSatisfying(hint -> assertThat(hint).startsWith("Signature expired: "));
    assertThat(denied).hasMessageContaining("clock");
  }

  @Test
  void tokenLifetime_isWhatTheServerSees() throws Exception {
    serverClockOffset = Duration.ofMinutes(20);
    DsqlConnector connector =
        DsqlConnector.create(config(cluster).tokenLifetime(Duration.ofMinutes(25)).build());
    await(connector.connect());
    await(connector.close());
  }

  @Test
  void wrongAction_saysWhichFits() throws Exception {
    AccessDeniedException denied = denied(config(cluster).tokenAction(TokenAction.DB_CONNECT));
    assertThat(denied.hint())
        .contains("Wrong user to action mapping. user: admin, action: DbConnect");
    assertThat(denied).hasMessageContaining("DbConnectAdmin");
  }

  @Test
  void wrongRegion_namesTheRegion() throws Exception {
    AccessDeniedException denied = denied(config(cluster).region("eu-west-1"));
    assertThat(denied.hint()).isEmpty();
    assertThat(denied).hasMessageContaining("region eu-west-1");
  }

  @Test
  void wrongTokenHost_namesTheHost() throws Exception {
    assertThat(denied(config(cluster).tokenHost("example.com")))
        .hasMessageContaining("token host example.com");
  }

  @Test
  void unknownKey_isDenied() throws Exception {
    IamPrincipal stranger =
        IamPrincipal.generate("arn:aws:iam::123456789012:user/x", DbAction.DB_CONNECT_ADMIN);
    assertThat(denied(config(cluster).credentialsProvider(LocalCluster.credentials(stranger))))
        .hasMessageContaining("credentials");
  }

  @Test
  void principalWithoutPermission_namesThePermission() throws Exception {
    IamPrincipal limited =
        IamPrincipal.generate("arn:aws:iam::123456789012:user/limited", DbAction.DB_CONNECT);
    cluster.iam().add(limited);
    AccessDeniedException denied =
        denied(config(cluster).credentialsProvider(LocalCluster.credentials(limited)));
    assertThat(denied)
        .hasMessageContaining("is not authorized to perform")
        .hasMessageContaining("dsql:DbConnectAdmin");
  }

  @Test
  void unmappedRole_saysHowToMapIt() throws Exception {
    Throwable failure = connectFailure(config(cluster).user("nobody_yet"));
    assertThat(failure)
        .isInstanceOf(RoleNotMappedException.class)
        .hasMessageContaining("AWS IAM GRANT nobody_yet TO");
    assertThat(((RoleNotMappedException) failure).sqlState()).isEqualTo("08006");
  }

  @Test
  void unknownDatabase_isRejected() throws Exception {
    assertThat(connectFailure(config(cluster).database("other")))
        .isInstanceOfSatisfying(
            ConnectionRejectedException.class,
            rejected -> assertThat(rejected.sqlState()).isEqualTo("3D000"));
  }

  @ParameterizedTest
  @EnumSource(TlsNegotiation.class)
  void certificateOfUnknownAuthority_isRejected(TlsNegotiation negotiation) throws Exception {
    // The JDK's store, which has Amazon's authorities and surely not that of this cluster.
    DsqlConfig config =
        DsqlConfig.builder()
            .endpoint(cluster.host())
            .port(cluster.port())
            .region(cluster.region())
            .credentialsProvider(LocalCluster.credentials(cluster.principal()))
            .tlsNegotiation(negotiation)
            .build();
    DsqlConnector connector = DsqlConnector.create(config);
    assertThat(failure(connector.connect()))
        .isInstanceOf(CertificateRejectedException.class)
        .hasCauseInstanceOf(Throwable.class);
    await(connector.close());
  }

  @ParameterizedTest
  @EnumSource(TlsNegotiation.class)
  void certificateOfAnotherName_isRejected(TlsNegotiation negotiation) throws Exception {
    String otherName = "db.example.com";
    Vertx vertx =
        Vertx.vertx(
            new VertxOptions()
                .setAddressResolverOptions(
                    new AddressResolverOptions()
                        .setHostsValue(Buffer.buffer("127.0.0.1 " + otherName + "\n"))));
    DsqlConnector connector =
        DsqlConnector.create(
            vertx, config(cluster).endpoint(otherName).tlsNegotiation(negotiation).build());
    try {
      assertThat(failure(connector.connect()))
          .isInstanceOf(CertificateRejectedException.class)
          .hasMessageContaining(otherName);
    } finally {
      await(connector.close());
      await(vertx.close());
    }
  }

  @Test
  void pool_refusedLogin_failsWithTheSameException() throws Exception {
    DsqlConnector connector = DsqlConnector.create(config(cluster).user("nobody_yet").build());
    assertThat(failure(connector.pool().query("SELECT 1").execute()))
        .isInstanceOf(RoleNotMappedException.class);
    await(connector.close());
  }

  private static AccessDeniedException denied(DsqlConfig.Builder config) throws Exception {
    Throwable failure = connectFailure(config);
    assertThat(failure)
        .isExactlyInstanceOf(AccessDeniedException.class)
        .hasMessageContaining(DENIED)
        .hasMessageContaining("localhost:" + cluster.port());
    AccessDeniedException denied = (AccessDeniedException) failure;
    assertThat(denied.sqlState()).isEqualTo("08006");
    return denied;
  }

  private static Throwable connectFailure(DsqlConfig.Builder builder) throws Exception {
    DsqlConnector connector = DsqlConnector.create(builder.build());
    try {
      Throwable failure = failure(connector.connect());
      assertNoSecret(failure);
      return failure;
    } finally {
      await(connector.close());
    }
  }

  /** Nothing of the token or the key in the whole chain of causes. */
  private static void assertNoSecret(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    assertThat(text.toString())
        .doesNotContain("X-Amz-")
        .doesNotContain(cluster.principal().secretAccessKey());
    assertThat(Optional.ofNullable(failure.getMessage())).isPresent();
  }
}
