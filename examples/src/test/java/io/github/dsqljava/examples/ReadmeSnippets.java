package io.github.dsqljava.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.local.CommitConflict;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.LoginRefusal;
import io.github.dsqljava.local.journal.RecordedStatement;
import io.github.dsqljava.local.limits.Limit;
import io.github.dsqljava.local.limits.Limits;
import io.github.dsqljava.vertx.DsqlConnector;
import io.github.dsqljava.vertx.DsqlPool;
import io.github.dsqljava.vertx.PoolSettings;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * The Java of the README and of its pages, line by line; {@link ReadmeTest} compares, compiles by
 * being compiled, and runs.
 */
final class ReadmeSnippets {
  private ReadmeSnippets() {}

  static Future<Integer> readme() {
    DsqlConnector connector =
        DsqlConnector.create(
            DsqlConfig.builder()
                .endpoint("abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws")
                .user("admin")
                .build());
    DsqlPool pool = connector.pool(PoolSettings.builder().maxSize(10).build());
    Future<Integer> changed =
        pool.inTransaction(
            connection ->
                connection
                    .preparedQuery("UPDATE counter SET value = value + 1 WHERE id = $1")
                    .execute(Tuple.of(7))
                    .map(rows -> rows.rowCount()));
    return changed;
  }

  static CompletionStage<Void> connector() {
    DsqlConfig config =
        DsqlConfig.builder()
            .endpoint("abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws")
            .user("admin")
            .build();
    DsqlConnector connector = DsqlConnector.create(config);

    // One connection: a native io.vertx.sqlclient.SqlConnection.
    Future<String> version =
        connector
            .connect()
            .compose(
                connection ->
                    connection
                        .query("SELECT version()")
                        .execute()
                        .map(rows -> rows.iterator().next().getString(0))
                        .eventually(connection::close));

    // A pool: a native io.vertx.sqlclient.Pool, made for the service's limits.
    DsqlPool pool = connector.pool(PoolSettings.builder().maxSize(10).build());
    Future<Integer> answer =
        pool.preparedQuery("SELECT $1::int")
            .execute(Tuple.of(42))
            .map(rows -> rows.iterator().next().getInteger(0));

    // A transaction: run again after a conflict with another one, as often as its policy allows.
    Future<Integer> changed =
        pool.inTransaction(
            connection ->
                connection
                    .preparedQuery("UPDATE counter SET value = value + 1 WHERE id = $1")
                    .execute(Tuple.of(7))
                    .map(rows -> rows.rowCount()));

    // Plain Java: a CompletionStage. Close at the end; the pool closes with its connector.
    CompletionStage<Void> done =
        Future.all(version, answer, changed)
            .eventually(connector::close)
            .<Void>mapEmpty()
            .toCompletionStage();
    return done;
  }

  static String local() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.start()) {
      DsqlConfig config =
          DsqlConfig.builder()
              .endpoint(cluster.host())
              .port(cluster.port())
              .region(cluster.region())
              .caFile(cluster.caFile())
              .credentialsProvider(
                  StaticCredentialsProvider.create(
                      AwsBasicCredentials.create(
                          cluster.principal().accessKeyId(),
                          cluster.principal().secretAccessKey())))
              .build();
      DsqlConnector connector = DsqlConnector.create(config);
      // ... your test
      return connector
          .connect()
          .compose(connection -> connection.query("SELECT version()").execute())
          .map(rows -> rows.iterator().next().getString(0))
          .eventually(connector::close)
          .toCompletionStage()
          .toCompletableFuture()
          .get();
    }
  }

  static void limits() {
    Limits limits = Limits.builder().limit(Limit.TRANSACTION_ROWS, 10).build();
    try (DsqlLocal small = DsqlLocal.builder().limits(limits).jobDelay(Duration.ZERO).start()) {
      // ...
      small.advanceTime(Duration.ofMinutes(61)); // closes connections that are open
    }
  }

  static void faults(DsqlLocal cluster) {
    cluster.faults().conflictCommits(2, CommitConflict.DATA);
    cluster.faults().loseCommitAnswers(1);
    cluster.faults().refuseLogins(3, LoginRefusal.RATE_EXCEEDED);
  }

  @SuppressWarnings("UnusedVariable") // what a reader would go on with
  static void record(DsqlLocal cluster) throws Exception {
    cluster.record().start(); // for connections that log in from now on
    // ...
    List<RecordedStatement> seen = cluster.record().awaitStatements(3, Duration.ofSeconds(10));
    List<RecordedStatement> lost = cluster.record().conflicts();
  }

  static void jdbc(DsqlLocal cluster) throws Exception {
    try (Connection connection = DriverManager.getConnection(cluster.jdbcUrl())) {
      // ...
      assertThat(connection.isValid(10)).isTrue();
    }
  }
}
