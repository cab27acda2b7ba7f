package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static io.github.dsqljava.vertx.LocalCluster.failure;
import static io.github.dsqljava.vertx.LocalCluster.value;
import static io.github.dsqljava.vertx.LocalCluster.watched;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.PoolTimeoutException;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.iam.DbAction;
import io.github.dsqljava.local.iam.IamPrincipal;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** Pools on a local cluster. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class PoolOnClusterTest {
  private static DsqlLocal cluster;
  private DsqlConnector connector;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @AfterEach
  void close() throws Exception {
    await(connector.close());
    LocalCluster.assertNothingOpen(cluster);
  }

  @Test
  void pool_manyWorkersAtOnce_allResultsComeOverAtMostMaxConnections() throws Exception {
    connector = DsqlConnector.create(config(cluster).build());
    Pool pool = connector.pool(PoolSettings.builder().maxSize(5).build());
    List<Future<Integer>> workers =
        IntStream.range(0, 200)
            .mapToObj(
                number ->
                    pool.preparedQuery("SELECT $1::int")
                        .execute(Tuple.of(number))
                        .map(rows -> rows.iterator().next().getInteger(0)))
            .toList();
    List<Integer> results = await(Future.all(workers)).list();
    assertThat(results).containsExactlyElementsOf(IntStream.range(0, 200).boxed().toList());
    assertThat(pool.size()).isLessThanOrEqualTo(5);
    assertThat(cluster.openConnections()).isLessThanOrEqualTo(5);
  }

  @Test
  void pool_eachConnection_getsFreshTokenFromFreshCredentials() throws Exception {
    List<AwsCredentials> handedOut = new ArrayList<>();
    AwsCredentialsProvider rotating =
        () -> {
          // A key of its own for each connection: a token that is used twice cannot log in.
          handedOut.forEach(old -> cluster.iam().remove(old.accessKeyId()));
          IamPrincipal next =
              IamPrincipal.generate(cluster.principal().arn(), DbAction.DB_CONNECT_ADMIN);
          cluster.iam().add(next);
          AwsCredentials credentials = LocalCluster.credentials(next).resolveCredentials();
          handedOut.add(credentials);
          return credentials;
        };
    connector = DsqlConnector.create(config(cluster).credentialsProvider(rotating).build());
    Pool pool = connector.pool(PoolSettings.builder().maxSize(3).build());
    List<SqlConnection> connections = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      connections.add(await(pool.getConnection()));
    }
    assertThat(handedOut).hasSize(3).doesNotHaveDuplicates();
    for (SqlConnection connection : connections) {
      assertThat(value(connection, "SELECT 1")).isEqualTo("1");
      await(connection.close());
    }
    await(pool.query("SELECT 1").execute());
    assertThat(handedOut).as("a pooled connection needs no token").hasSize(3);
  }

  @Test
  void pool_initHook_shapesEachConnectionOnce() throws Exception {
    connector = DsqlConnector.create(config(cluster).build());
    AtomicInteger calls = new AtomicInteger();
    Pool pool =
        connector.pool(
            PoolSettings.builder()
                .maxSize(2)
                .initHook(
                    connection -> {
                      calls.incrementAndGet();
                      return connection.query("SET timezone = 'Asia/Tokyo'").execute().mapEmpty();
                    })
                .build());
    for (int i = 0; i < 10; i++) {
      assertThat(value(pool, "SHOW timezone")).isEqualTo("Asia/Tokyo");
    }
    assertThat(calls).hasValue(pool.size());
  }

  @Test
  void pool_exhausted_acquireFailsAfterTheTimeout() throws Exception {
    connector = DsqlConnector.create(config(cluster).build());
    DsqlPool pool =
        connector.pool(
            PoolSettings.builder()
                .minSize(1)
                .maxSize(1)
                .acquireTimeout(Duration.ofMillis(200))
                .build());
    await(pool.ready()); // which may take longer than this timeout where classes are still loaded
    SqlConnection only = await(pool.getConnection());
    assertThat(failure(pool.getConnection()))
        .isInstanceOf(PoolTimeoutException.class)
        .hasMessageContaining("1 of at most 1 connections in use")
        .hasNoCause();
    await(only.close());
    assertThat(value(pool, "SELECT 1")).isEqualTo("1");
  }

  @Test
  void withTransaction_failingWork_rollsBack() throws Exception {
    connector = DsqlConnector.create(config(cluster).build());
    Pool pool = connector.pool();
    execute(pool, "CREATE TABLE accounts (id int PRIMARY KEY)");
    Future<Void> work =
        pool.withTransaction(
            connection ->
                connection
                    .query("INSERT INTO accounts VALUES (1)")
                    .execute()
                    .compose(rows -> Future.failedFuture(new IllegalStateException("on purpose"))));
    assertThat(failure(work)).hasMessage("on purpose");
    assertThat(value(pool, "SELECT count(*) FROM accounts")).isEqualTo("0");
    execute(pool, "DROP TABLE accounts");
  }

  @Test
  void connectionCutByTheServer_isReplaced() throws Exception {
    connector = DsqlConnector.create(config(cluster).build());
    Pool pool = connector.pool(PoolSettings.builder().maxSize(1).build());
    String pid = value(pool, "SELECT pg_backend_pid()");
    SqlConnection other = await(connector.connect());
    assertThat(value(other, "SELECT pg_terminate_backend(" + pid + ")")).isEqualTo("true");
    // The pool learns of it from the socket; until then a statement may still meet the old one.
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    String now = pid;
    while (now.equals(pid) && System.nanoTime() < end) {
      now =
          await(
              pool.query("SELECT pg_backend_pid()")
                  .execute()
                  .map(rows -> String.valueOf(rows.iterator().next().getValue(0)))
                  .otherwise(pid));
    }
    assertThat(now).isNotEqualTo(pid);
  }

  @Test
  void close_whileAPoolWaitsForCredentials_endsAtOnce() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    AwsCredentialsProvider hanging =
        () -> {
          asked.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          throw new IllegalStateException("interrupted");
        };
    connector = DsqlConnector.create(config(cluster).credentialsProvider(hanging).build());
    CompletableFuture<SqlConnection> waiting = watched(connector.pool().getConnection());
    assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
    long begin = System.nanoTime();
    await(connector.close());
    assertThat(failure(waiting)).isInstanceOf(Exception.class);
    // The connect timeout, which it used to wait for, is 10 s.
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void close_whileAPoolWaitsForASilentServer_endsAtOnce() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"))) {
      connector = DsqlConnector.create(config(cluster).port(silent.getLocalPort()).build());
      CompletableFuture<SqlConnection> waiting = watched(connector.pool().getConnection());
      try (Socket accepted = silent.accept()) {
        assertThat(accepted.getInputStream().read()).as("a ClientHello").isGreaterThan(0);
        long begin = System.nanoTime();
        await(connector.close());
        assertThat(failure(waiting)).isInstanceOf(Exception.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
      }
    }
  }
}
