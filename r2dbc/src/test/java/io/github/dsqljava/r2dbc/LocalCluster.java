package io.github.dsqljava.r2dbc;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.local.DsqlLocal;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** What the tests against a real local cluster share. */
final class LocalCluster {
  static final Duration LIMIT = Duration.ofSeconds(60);

  private LocalCluster() {}

  /** A configuration for user admin. */
  static DsqlConfig.Builder config(DsqlLocal cluster) {
    return DsqlConfig.builder()
        .endpoint(cluster.host())
        .port(cluster.port())
        .region(cluster.region())
        .caFile(cluster.caFile())
        .credentialsProvider(credentials(cluster));
  }

  static StaticCredentialsProvider credentials(DsqlLocal cluster) {
    return StaticCredentialsProvider.create(
        AwsBasicCredentials.create(
            cluster.principal().accessKeyId(), cluster.principal().secretAccessKey()));
  }

  /** Executes a statement; gives its row count. */
  static Mono<Long> execute(Connection connection, String sql, Object... values) {
    return Flux.defer(() -> Flux.from(statement(connection, sql, values)))
        .flatMap(Result::getRowsUpdated)
        .reduce(0L, Long::sum);
  }

  /** The first column of all rows, as text. */
  static Flux<String> select(Connection connection, String sql, Object... values) {
    return Flux.defer(() -> Flux.from(statement(connection, sql, values)))
        .flatMap(result -> result.map((row, metadata) -> String.valueOf(row.get(0))));
  }

  private static Publisher<? extends Result> statement(
      Connection connection, String sql, Object... values) {
    var statement = connection.createStatement(sql);
    for (int i = 0; i < values.length; i++) {
      statement.bind(i, values[i]);
    }
    return statement.execute();
  }

  /** Executes a statement on a connection of the pool. */
  static long execute(DsqlR2dbc dsql, String sql, Object... values) {
    return await(
        Mono.usingWhen(
            dsql.create(), connection -> execute(connection, sql, values), Connection::close));
  }

  static List<String> values(DsqlR2dbc dsql, String sql, Object... values) {
    return await(
        Flux.usingWhen(
                dsql.create(), connection -> select(connection, sql, values), Connection::close)
            .collectList());
  }

  static String value(DsqlR2dbc dsql, String sql, Object... values) {
    List<String> found = values(dsql, sql, values);
    if (found.size() != 1) {
      throw new AssertionError(sql + " gave " + found);
    }
    return found.get(0);
  }

  static <T> T await(Mono<T> mono) {
    return mono.block(LIMIT);
  }

  /** The failure a publisher must end with. */
  static Throwable failure(Publisher<?> publisher) {
    Object result =
        Flux.from(publisher)
            .collectList()
            .<Object>map(list -> list)
            .onErrorResume(Mono::just)
            .block(LIMIT);
    if (result instanceof Throwable failure) {
      return failure;
    }
    throw new AssertionError("expected a failure, got " + result);
  }

  /** Waits until something is so. */
  static void until(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT.toSeconds());
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not in time: " + what);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
