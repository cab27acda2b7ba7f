package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.spi.TokenSource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Vert.x 4.5, on which Hibernate Reactive 3 and Mutiny's clients stand. */
class SupplierTest {

  @Test
  void pool_asksForOptionsForEachConnection() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.start();
        TokenSource tokens = TokenSource.of(config(cluster))) {
      // For the local cluster alone: its name leads to this machine.
      Vertx vertx =
          Vertx.vertx(
              new VertxOptions()
                  .setAddressResolverOptions(
                      new AddressResolverOptions()
                          .setHostsValue(
                              Buffer.buffer("127.0.0.1 " + cluster.clusterHost() + "\n"))));
      AtomicInteger asked = new AtomicInteger();
      PgConnectOptions options =
          new PgConnectOptions()
              .setHost(cluster.clusterHost())
              .setPort(cluster.port())
              .setDatabase("postgres")
              .setUser("admin")
              .setSslMode(SslMode.VERIFY_FULL)
              .setHostnameVerificationAlgorithm("HTTPS")
              .setPemTrustOptions(
                  new PemTrustOptions().addCertPath(cluster.caFile().toString()));
      Pool pool =
          PgBuilder.pool()
              .with(new PoolOptions().setMaxSize(2))
              .connectingTo(
                  () -> {
                    asked.incrementAndGet();
                    return Future.fromCompletionStage(tokens.token())
                        .map(token -> new PgConnectOptions(options).setPassword(token.value()));
                  })
              .using(vertx)
              .build();
      SqlConnection first = await(pool.getConnection());
      SqlConnection second = await(pool.getConnection());
      assertEquals(
          "admin",
          await(second.query("SELECT current_user").execute()).iterator().next().getString(0));
      assertEquals(2, asked.get());
      await(first.close());
      await(second.close());
      await(pool.close());
      await(vertx.close());
    }
  }

  private static DsqlConfig config(DsqlLocal cluster) {
    return DsqlConfig.builder()
        .endpoint(cluster.clusterHost())
        .user("admin")
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(
                    cluster.principal().accessKeyId(), cluster.principal().secretAccessKey())))
        .build();
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
