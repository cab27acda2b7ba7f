package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.failure;
import static io.github.dsqljava.vertx.LocalCluster.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.AccessDeniedException;
import io.github.dsqljava.ClusterUnreachableException;
import io.github.dsqljava.ConnectPhase;
import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.RoleNotMappedException;
import io.github.dsqljava.TlsNegotiation;
import io.github.dsqljava.TokenAction;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.spi.TokenSource;
import io.github.dsqljava.spi.TrustedCertificates;
import io.github.dsqljava.vertx.internal.ConnectionPlan;
import io.github.dsqljava.vertx.internal.PublicApiTransport;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The transport for the module path, made by hand, against a local cluster. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class PublicApiTransportTest {

  private static final String OTHER_NAME = "db.example.com";
  private static DsqlLocal cluster;
  private static Vertx vertx;

  private final List<TokenSource> tokens = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    LocalCluster.createMappedRole(cluster, "app");
    // This transport wants names with a dot; these two lead to this machine.
    String hosts = "127.0.0.1 " + cluster.clusterHost() + "\n127.0.0.1 " + OTHER_NAME + "\n";
    vertx =
        Vertx.vertx(
            new VertxOptions()
                .setAddressResolverOptions(
                    new AddressResolverOptions().setHostsValue(Buffer.buffer(hosts))));
  }

  @AfterAll
  static void stop() throws Exception {
    await(vertx.close());
    cluster.close();
  }

  @AfterEach
  void nothingStaysOpen() {
    tokens.forEach(TokenSource::close);
    LocalCluster.assertNothingOpen(cluster);
  }

  private static DsqlConfig.Builder underItsName() {
    return config(cluster).endpoint(cluster.clusterHost());
  }

  private PublicApiTransport transport(DsqlConfig.Builder builder) {
    DsqlConfig config = builder.tlsNegotiation(TlsNegotiation.SSL_REQUEST).build();
    TokenSource source = TokenSource.of(config);
    tokens.add(source);
    return PublicApiTransport.open(
        new ConnectionPlan(vertx, config, source, TrustedCertificates.of(config)));
  }

  @ParameterizedTest
  @CsvSource({"admin, public", "app, myschema"})
  void connect_eachUser_worksInItsSchemaUnderTls(String user, String schema) throws Exception {
    SqlConnection connection = await(transport(underItsName().user(user)).connect());
    assertThat(connection.isSSL()).isTrue();
    assertThat(value(connection, "SELECT current_user")).isEqualTo(user);
    assertThat(value(connection, "SELECT current_schema()")).isEqualTo(schema);
    assertThat(value(connection, "SHOW application_name")).contains("aurora-dsql-java-vertx/");
    await(connection.close());
  }

  @Test
  void connect_certificateOfUnknownAuthority_refused() throws Exception {
    // The JDK's store, which has Amazon's authorities and surely not that of this cluster.
    assertRefusedInTls(
        DsqlConfig.builder()
            .endpoint(cluster.clusterHost())
            .port(cluster.port())
            .credentialsProvider(LocalCluster.credentials(cluster.principal())),
        "the JDK's certificate authorities");
  }

  @Test
  void connect_certificateOfAnotherName_refused() throws Exception {
    // The token is good, so that only the name in the certificate can be the reason.
    assertRefusedInTls(
        config(cluster).endpoint(OTHER_NAME).tokenHost(cluster.clusterHost()), OTHER_NAME);
  }

  private void assertRefusedInTls(DsqlConfig.Builder config, String part) throws Exception {
    Throwable failure = failure(transport(config).connect());
    assertThat(failure)
        .isInstanceOf(ClusterUnreachableException.class)
        .hasMessageContaining("the TLS handshake failed")
        .hasMessageContaining(part);
    assertThat(((ClusterUnreachableException) failure).phase()).isEqualTo(ConnectPhase.TLS);
  }

  @Test
  void connect_unmappedRole_saysHowToMapIt() throws Exception {
    assertThat(failure(transport(underItsName().user("nobody_yet")).connect()))
        .isInstanceOf(RoleNotMappedException.class)
        .hasMessageContaining("AWS IAM GRANT nobody_yet TO");
  }

  @Test
  void connect_wrongAction_denied() throws Exception {
    assertThat(failure(transport(underItsName().tokenAction(TokenAction.DB_CONNECT)).connect()))
        .isExactlyInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("DbConnectAdmin");
  }
}
