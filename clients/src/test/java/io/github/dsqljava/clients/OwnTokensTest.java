package io.github.dsqljava.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import io.github.dsqljava.AuthToken;
import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.r2dbc.DsqlR2dbc;
import io.github.dsqljava.spi.TokenSource;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.client.SSLMode;
import io.r2dbc.postgresql.client.SSLNegotiation;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.Option;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;

/** Clients that sign by themselves, and jOOQ on the connector, by the recipes of docs. */
class OwnTokensTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static DsqlLocal cluster;
  private static final AtomicInteger signed = new AtomicInteger();

  /** Counts how often it is asked, which is once for each token. */
  private record Counting(AwsBasicCredentials key)
      implements IdentityProvider<AwsCredentialsIdentity> {
    @Override
    public Class<AwsCredentialsIdentity> identityType() {
      return AwsCredentialsIdentity.class;
    }

    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveIdentity(
        ResolveIdentityRequest request) {
      signed.incrementAndGet();
      return CompletableFuture.completedFuture(key);
    }
  }

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static DsqlConfig config() {
    return DsqlConfig.builder()
        .endpoint(cluster.clusterHost())
        .user("admin")
        .caFile(cluster.caFile())
        .credentialsProvider(
            new Counting(
                AwsBasicCredentials.create(
                    cluster.principal().accessKeyId(), cluster.principal().secretAccessKey())))
        .build();
  }

  @Test
  void hikariCp_asksForATokenForEachConnection() throws Exception {
    int before = signed.get();
    try (TokenSource tokens = TokenSource.of(config())) {
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl(Pools.url(cluster));
      config.setCredentialsProvider(() -> Credentials.of("admin", tokens.awaitToken().value()));
      config.setMaximumPoolSize(2);
      config.setMinimumIdle(0);
      config.setInitializationFailTimeout(-1); // else a third one, to try
      try (HikariDataSource pool = new HikariDataSource(config);
          Connection first = pool.getConnection();
          Connection second = pool.getConnection()) {
        assertThat(first.isValid(5)).isTrue();
        assertThat(second.isValid(5)).isTrue();
      }
    }
    // HikariCP may open one more than it hands out.
    assertThat(signed.get() - before).isBetween(2, 3);
  }

  private static List<PostgresqlConnection> two(ConnectionFactory factory) {
    List<PostgresqlConnection> connections = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      connections.add(Mono.from(factory.create()).cast(PostgresqlConnection.class).block(LIMIT));
    }
    return connections;
  }

  @Test
  void r2dbcPostgresql_asksForAPasswordForEachConnection() {
    int before = signed.get();
    try (TokenSource tokens = TokenSource.of(config())) {
      PostgresqlConnectionFactory factory =
          new PostgresqlConnectionFactory(
              PostgresqlConnectionConfiguration.builder()
                  .host(cluster.host())
                  .port(cluster.port())
                  .database("postgres")
                  .username("admin")
                  .password(Mono.fromFuture(tokens::token).map(AuthToken::value))
                  .sslMode(SSLMode.VERIFY_FULL)
                  .sslNegotiation(SSLNegotiation.DIRECT)
                  .sslRootCert(cluster.caFile().toString())
                  .build());
      two(factory).forEach(connection -> connection.close().block(LIMIT));
    }
    assertThat(signed.get() - before).isEqualTo(2);
  }

  @Test
  void r2dbcOptions_takeAPublisherAsPassword() {
    int before = signed.get();
    try (TokenSource tokens = TokenSource.of(config())) {
      ConnectionFactory factory =
          ConnectionFactories.get(
              ConnectionFactoryOptions.parse(
                      "r2dbc:postgresql://admin@localhost:"
                          + cluster.port()
                          + "/postgres?sslMode=verify-full&sslNegotiation=direct&sslRootCert="
                          + cluster.caFile())
                  .mutate()
                  .option(
                      Option.<Object>valueOf("password"),
                      Mono.fromFuture(tokens::token).map(AuthToken::value))
                  .build());
      two(factory).forEach(connection -> connection.close().block(LIMIT));
    }
    assertThat(signed.get() - before).isEqualTo(2);
  }

  /** jOOQ makes the statements, and inTransaction runs them again after a conflict. */
  @Test
  void jooq_onTheConnector_runsATransactionWithRetry() {
    DsqlR2dbc dsql =
        DsqlR2dbc.of(
            config().toBuilder()
                .endpoint("localhost")
                .port(cluster.port())
                .region(cluster.region())
                .tokenHost(cluster.clusterHost())
                .build());
    try {
      DSLContext plain = DSL.using(dsql, SQLDialect.POSTGRES);
      Mono.from(plain.query("CREATE TABLE accounts (id int PRIMARY KEY, balance int)"))
          .block(LIMIT);
      var accounts = DSL.table("accounts");
      var id = DSL.field("id", Integer.class);
      var balance = DSL.field("balance", Integer.class);
      Mono.from(plain.insertInto(accounts, id, balance).values(1, 100)).block(LIMIT);

      AtomicInteger attempts = new AtomicInteger();
      Integer left =
          dsql.inTransaction(
                  connection -> {
                    DSLContext create = DSL.using(connection, SQLDialect.POSTGRES);
                    return Flux.from(create.select(balance).from(accounts).where(id.eq(1)))
                        .then(
                            attempts.incrementAndGet() > 1
                                ? Mono.empty()
                                : Mono.from(
                                        plain
                                            .update(accounts)
                                            .set(balance, balance.minus(1))
                                            .where(id.eq(1)))
                                    .subscribeOn(Schedulers.boundedElastic()))
                        .then(
                            Mono.from(
                                create
                                    .update(accounts)
                                    .set(balance, balance.minus(10))
                                    .where(id.eq(1))))
                        .thenMany(create.select(balance).from(accounts).where(id.eq(1)))
                        .map(row -> row.value1());
                  })
              .blockLast(LIMIT);
      assertThat(left).isEqualTo(89);
      assertThat(attempts).hasValue(2);
    } finally {
      dsql.close().block(LIMIT);
    }
  }
}
