package io.github.dsqljava.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.local.CommitConflict;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.testsupport.DocumentedJava;
import io.github.dsqljava.vertx.BatchResult;
import io.github.dsqljava.vertx.DsqlConnector;
import io.github.dsqljava.vertx.DsqlPool;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** docs/transactions.md does what it says. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class TransactionsDocumentTest {
  private static DsqlLocal cluster;
  private static DsqlConnector connector;
  private static DsqlPool pool;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    connector =
        DsqlConnector.create(
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
                .build());
    pool = connector.pool();
    for (String sql :
        List.of(
            "CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL)",
            "CREATE TABLE payment (id uuid PRIMARY KEY, amount bigint NOT NULL)",
            "INSERT INTO account VALUES (1, 100), (2, 0)")) {
      await(pool.query(sql).execute());
    }
  }

  @AfterAll
  static void stop() throws Exception {
    await(connector.close());
    cluster.close();
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static String value(String sql) throws Exception {
    return await(
        pool.query(sql).execute().map(rows -> rows.iterator().next().getValue(0).toString()));
  }

  private static String payments(UUID id) throws Exception {
    return value("SELECT count(*) FROM payment WHERE id = '" + id + "'");
  }

  @Test
  void javaBlocks_areCompiledCode() throws Exception {
    DocumentedJava.assertCompiled(
        Path.of("..", "docs", "transactions.md"), TransactionSnippets.class, 6);
  }

  @Test
  void transfer_happensOnceDespiteConflicts() throws Exception {
    cluster.faults().conflictCommits(2, CommitConflict.DATA);
    await(TransactionSnippets.transfer(pool, 1, 2, 30));
    assertThat(value("SELECT string_agg(balance::text, ',' ORDER BY id) FROM account"))
        .isEqualTo("70,30");
  }

  @Test
  void policiesAndDeadline_work() throws Exception {
    assertThat(await(TransactionSnippets.policies(connector))).isEqualTo(2);
    assertThat(await(TransactionSnippets.deadline(pool))).isEqualTo(2);
  }

  @Test
  void pay_answerLost_paidExactlyOnceEitherWay() throws Exception {
    UUID committed = UUID.randomUUID();
    cluster.faults().loseCommitAnswers(1);
    await(TransactionSnippets.pay(pool, committed, 5));
    assertThat(payments(committed)).isEqualTo("1");
    UUID rolledBack = UUID.randomUUID();
    cluster.faults().cutBeforeCommit(1);
    await(TransactionSnippets.pay(pool, rolledBack, 5));
    assertThat(payments(rolledBack)).isEqualTo("1");
  }

  @Test
  void payIdempotently_answerLost_paidExactlyOnce() throws Exception {
    UUID id = UUID.randomUUID();
    cluster.faults().loseCommitAnswers(1);
    await(TransactionSnippets.payIdempotently(pool, id, 5));
    assertThat(payments(id)).isEqualTo("1");
  }

  @Test
  void load_inChunks() throws Exception {
    List<Tuple> rows =
        IntStream.range(0, 1_200).mapToObj(i -> Tuple.of(UUID.randomUUID(), (long) i)).toList();
    BatchResult result = await(TransactionSnippets.load(pool, rows));
    assertThat(result.rowCount()).isEqualTo(1_200);
    assertThat(TransactionSnippets.LOG)
        .containsExactly("500 of 1200", "1000 of 1200", "1200 of 1200");
  }
}
