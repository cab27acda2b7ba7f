package com.example;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.local.DsqlLocal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** What every client on Vert.x 4.5 is told, and a count of the tokens that were made for it. */
final class Local {
  private Local() {}

  static PgConnectOptions options(DsqlLocal cluster) {
    return new PgConnectOptions()
        .setHost(cluster.clusterHost())
        .setPort(cluster.port())
        .setDatabase("postgres")
        .setUser("admin")
        .setSslMode(SslMode.VERIFY_FULL)
        .setHostnameVerificationAlgorithm("HTTPS")
        .setPemTrustOptions(new PemTrustOptions().addCertPath(cluster.caFile().toString()));
  }

  /** For the local cluster alone: its name leads to this machine. */
  static Vertx vertx(DsqlLocal cluster) {
    return Vertx.vertx(
        new VertxOptions()
            .setAddressResolverOptions(
                new AddressResolverOptions()
                    .setHostsValue(Buffer.buffer("127.0.0.1 " + cluster.clusterHost() + "\n"))));
  }

  static DsqlConfig config(DsqlLocal cluster, AtomicInteger signed) {
    AwsCredentialsProvider counting =
        () -> {
          signed.incrementAndGet();
          return AwsBasicCredentials.create(
              cluster.principal().accessKeyId(), cluster.principal().secretAccessKey());
        };
    return DsqlConfig.builder()
        .endpoint(cluster.clusterHost())
        .user("admin")
        .credentialsProvider(counting)
        .build();
  }

  static <T> T await(Future<T> future) throws Exception {
    return await(future.toCompletionStage());
  }

  static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
