package io.github.dsqljava.r2dbc;

import static io.github.dsqljava.r2dbc.LocalCluster.await;
import static io.github.dsqljava.r2dbc.LocalCluster.config;
import static io.github.dsqljava.r2dbc.LocalCluster.credentials;
import static io.github.dsqljava.r2dbc.LocalCluster.failure;
import static io.github.dsqljava.r2dbc.LocalCluster.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.AccessDeniedException;
import io.github.dsqljava.CertificateRejectedException;
import io.github.dsqljava.ClosedException;
import io.github.dsqljava.ClusterUnreachableException;
import io.github.dsqljava.ConnectPhase;
import io.github.dsqljava.CredentialsException;
import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.HostUnknownException;
import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.RoleNotMappedException;
import io.github.dsqljava.TlsNegotiation;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.r2dbc.wire.WireResources;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.Option;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcPermissionDeniedException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Connecting: by builder, by URL and options, and what is said when it fails. */
@SuppressWarnings("NullAway.Init")
class ConnectTest {
  private static DsqlLocal cluster;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static Throwable refusal(DsqlConfig config) {
    DsqlR2dbc dsql =
        DsqlR2dbc.of(config, R2dbcSettings.builder().acquireTimeout(Duration.ofSeconds(3)).build());
    try {
      return failure(dsql.connect());
    } finally {
      await(dsql.close());
    }
  }

  @Test
  void url_findsTheConnector() {
    ConnectionFactoryOptions options =
        ConnectionFactoryOptions.parse(
                "r2dbc:dsql://admin@localhost:"
                    + cluster.port()
                    + "/postgres?schema=public&region="
                    + cluster.region()
                    + "&caFile="
                    + cluster.caFile()
                    + "&maxSize=3&acquireTimeout=PT7S&applicationNamePrefix=shop")
            .mutate()
            .option(DsqlConnectionFactoryProvider.CREDENTIALS_PROVIDER, credentials(cluster))
            .build();
    DsqlR2dbc dsql = (DsqlR2dbc) ConnectionFactories.get(options);
    assertThat(value(dsql, "SHOW application_name")).startsWith("shop:aurora-dsql-java-r2dbc/");
    assertThat(dsql.config().schema()).isEqualTo("public");
    assertThat(dsql.toString()).contains("localhost:" + cluster.port());
    await(dsql.close());
  }

  @Test
  void url_ofTheReadme_isRead() {
    FactoryOptions read =
        new FactoryOptions(
            ConnectionFactoryOptions.parse(
                "r2dbc:dsql://app@abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws/postgres"
                    + "?schema=shop&maxSize=20&minSize=2&idleTimeout=PT1M&connectTimeout=PT4S"));
    assertThat(read.config().user()).isEqualTo("app");
    assertThat(read.config().schema()).isEqualTo("shop");
    assertThat(read.config().connectTimeout()).isEqualTo(Duration.ofSeconds(4));
    assertThat(read.settings().policy().maxSize()).isEqualTo(20);
    assertThat(read.settings().policy().minSize()).isEqualTo(2);
    assertThat(read.settings().policy().idleTimeout()).isEqualTo(Duration.ofMinutes(1));
  }

  /** The reader of URLs lists its keys. */
  @Test
  void options_haveEverySettingOfAUrl() {
    assertThatThrownBy(() -> DsqlConfig.fromUrl("dsql://localhost?nonsense=1"))
        .hasMessageContaining("Known keys: " + String.join(", ", sorted(FactoryOptions.URL_KEYS)));
  }

  private static List<String> sorted(List<String> keys) {
    try {
      DsqlConfig.fromUrl("dsql://localhost?nonsense=1");
      throw new AssertionError();
    } catch (InvalidConfigurationException e) {
      String known = e.getMessage().replaceFirst("(?s).*Known keys: ([^.]*)\\..*", "$1");
      assertThat(known.split(", ")).containsExactlyInAnyOrderElementsOf(keys);
      return List.of(known.split(", "));
    }
  }

  @Test
  void options_thatWeakenOrDoNothing_areRefused() {
    String url = "r2dbc:dsql://admin@localhost/postgres?region=us-east-1";
    for (String bad :
        List.of(
            "&sslMode=disable",
            "&ssl=false",
            "&lockWaitTimeout=PT1S",
            "&maxSize=many",
            "&acquireTimeout=7",
            "&earlyPassword=perhaps")) {
      assertThatThrownBy(() -> ConnectionFactories.get(url + bad))
          .as(bad)
          .isInstanceOf(InvalidConfigurationException.class);
    }
    assertThatThrownBy(
            () -> ConnectionFactories.get("r2dbc:dsql://admin:s3cret@localhost/postgres"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageNotContaining("s3cret");
    assertThatThrownBy(
            () ->
                ConnectionFactories.get(
                    ConnectionFactoryOptions.parse(url)
                        .mutate()
                        .option(Option.<Object>valueOf("credentialsProvider"), "x")
                        .build()))
        .isInstanceOf(InvalidConfigurationException.class);
  }

  @Test
  void directTls_andSslRequest_bothConnect() {
    for (TlsNegotiation negotiation : TlsNegotiation.values()) {
      DsqlR2dbc dsql = DsqlR2dbc.of(config(cluster).tlsNegotiation(negotiation).build());
      PostgresqlConnection connection = await(dsql.connect());
      assertThat(await(LocalCluster.select(connection, "SELECT 1").single())).isEqualTo("1");
      await(connection.close());
      await(dsql.close());
    }
  }

  @Test
  void refusals_haveOursAsCause() {
    assertThat(refusal(config(cluster).user("nobody").build()))
        .isInstanceOf(R2dbcPermissionDeniedException.class)
        .hasCauseInstanceOf(RoleNotMappedException.class);
    assertThat(
            refusal(
                config(cluster)
                    .credentialsProvider(
                        StaticCredentialsProvider.create(
                            AwsBasicCredentials.create(
                                cluster.principal().accessKeyId(), "another secret")))
                    .build()))
        .isInstanceOf(R2dbcPermissionDeniedException.class)
        .hasCauseInstanceOf(AccessDeniedException.class);
    assertThat(
            refusal(
                config(cluster).credentialsProvider(AnonymousCredentialsProvider.create()).build()))
        .isInstanceOf(R2dbcPermissionDeniedException.class)
        .hasCauseInstanceOf(CredentialsException.class);
    assertThat(refusal(config(cluster).endpoint("no-such-host.invalid").build()))
        .isInstanceOf(R2dbcNonTransientResourceException.class)
        .hasCauseInstanceOf(HostUnknownException.class);
  }

  /** The JDK's authorities do not include the cluster's. */
  @Test
  void certificate_isVerified() {
    DsqlConfig trustsOthers =
        DsqlConfig.builder()
            .endpoint("localhost")
            .port(cluster.port())
            .region(cluster.region())
            .credentialsProvider(credentials(cluster))
            .build();
    assertThat(refusal(trustsOthers)).hasCauseInstanceOf(CertificateRejectedException.class);
  }

  @Test
  void silentServer_oneTimeoutForEverything() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Throwable failure =
          refusal(
              config(cluster)
                  .port(silent.getLocalPort())
                  .connectTimeout(Duration.ofMillis(400))
                  .build());
      assertThat(failure).hasCauseInstanceOf(ClusterUnreachableException.class);
      assertThat(((ClusterUnreachableException) failure.getCause()).phase())
          .isEqualTo(ConnectPhase.TLS);
    }
  }

  @Test
  void closed_whatIsBeingOpenedFails() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      DsqlR2dbc dsql = DsqlR2dbc.of(config(cluster).port(silent.getLocalPort()).build());
      var opening = dsql.connect().toFuture();
      silent.accept().setSoTimeout(1);
      await(dsql.close());
      assertThat(failure(reactor.core.publisher.Mono.fromFuture(opening)))
          .hasCauseInstanceOf(ClosedException.class);
    }
  }

  /** Reactor Netty makes a name resolver with a UDP socket for each connection. */
  @Test
  void connection_leavesNoSocketOfTheResolver() {
    SessionSource source = new SessionSource(config(cluster).build(), R2dbcSettings.defaults());
    PhysicalSession session = await(source.open(/* shaped= */ false));
    LocalCluster.until("they are closed", () -> WireResources.openResolvers() == 0);
    session.close().toCompletableFuture().join();
    source.shutDown();
  }
}
