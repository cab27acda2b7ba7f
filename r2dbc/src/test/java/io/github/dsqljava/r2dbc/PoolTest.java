package io.github.dsqljava.r2dbc;

import static io.github.dsqljava.r2dbc.LocalCluster.LIMIT;
import static io.github.dsqljava.r2dbc.LocalCluster.await;
import static io.github.dsqljava.r2dbc.LocalCluster.config;
import static io.github.dsqljava.r2dbc.LocalCluster.execute;
import static io.github.dsqljava.r2dbc.LocalCluster.failure;
import static io.github.dsqljava.r2dbc.LocalCluster.select;
import static io.github.dsqljava.r2dbc.LocalCluster.until;
import static io.github.dsqljava.r2dbc.LocalCluster.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.ClosedException;
import io.github.dsqljava.PoolTimeoutException;
import io.github.dsqljava.StatementOutcomeUnknownException;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.retry.TransactionOptions;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcTimeoutException;
import io.r2dbc.spi.ValidationDepth;
import io.r2dbc.spi.Wrapped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Connections of the pool: what their users get, and in which state they come back. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class PoolTest {
  private static DsqlLocal cluster;
  private final List<DsqlR2dbc> pools = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    DsqlR2dbc dsql = DsqlR2dbc.of(config(cluster).build());
    execute(dsql, "CREATE TABLE item (id int PRIMARY KEY)");
    await(dsql.close());
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @AfterEach
  void close() {
    pools.forEach(pool -> await(pool.close()));
  }

  private DsqlR2dbc pool(R2dbcSettings.Builder settings) {
    DsqlR2dbc pool = DsqlR2dbc.of(config(cluster).build(), settings.build());
    pools.add(pool);
    return pool;
  }

  private DsqlR2dbc one() {
    return pool(R2dbcSettings.builder().maxSize(1));
  }

  private static String backend(DsqlR2dbc dsql) {
    return await(
        Mono.usingWhen(
            dsql.create(),
            connection ->
                Mono.just(
                    String.valueOf(
                        System.identityHashCode(
                            ((Wrapped<?>) connection).unwrap(Object.class) == null
                                ? null
                                : ((LeasedConnection) connection).session.connection()))),
            Connection::close));
  }

  @Test
  void session_isWhatTheConfigurationSays() {
    DsqlR2dbc dsql = one();
    assertThat(value(dsql, "SHOW search_path")).isEqualTo("public");
    assertThat(value(dsql, "SELECT current_user")).isEqualTo("admin");
    assertThat(value(dsql, "SHOW application_name")).startsWith("aurora-dsql-java-r2dbc/");
  }

  @Test
  void connection_isTheDriversOwn() {
    DsqlR2dbc dsql = one();
    PostgresqlConnection connection = await(dsql.create());
    Object native_ = ((Wrapped<?>) connection).unwrap();
    assertThat(native_).isInstanceOf(PostgresqlConnection.class).isNotSameAs(connection);
    assertThat(connection.getMetadata().getDatabaseProductName()).isEqualTo("PostgreSQL");
    assertThat(await(connection.validate(ValidationDepth.REMOTE))).isTrue();
    await(connection.close());
    await(connection.close());
    assertThat(await(connection.validate(ValidationDepth.LOCAL))).isFalse();
    assertThat(dsql.getMetadata().getName()).isEqualTo("PostgreSQL");
  }

  @Test
  void givenBack_openTransactionIsRolledBack() {
    DsqlR2dbc dsql = one();
    String before = backend(dsql);
    Connection connection = await(dsql.create());
    await(Mono.from(connection.beginTransaction()));
    await(LocalCluster.execute(connection, "INSERT INTO item VALUES (1)"));
    await(Mono.from(connection.close()));
    assertThat(value(dsql, "SELECT count(*) FROM item WHERE id = 1")).isEqualTo("0");
    assertThat(backend(dsql)).as("the same connection").isEqualTo(before);
  }

  @Test
  void givenBack_failedTransactionIsRolledBack() {
    DsqlR2dbc dsql = one();
    Connection connection = await(dsql.create());
    await(Mono.from(connection.beginTransaction()));
    failure(LocalCluster.execute(connection, "SELECT 1/0"));
    await(Mono.from(connection.close()));
    assertThat(value(dsql, "SELECT 1")).isEqualTo("1");
    assertThat(dsql.stats().opened()).isEqualTo(1);
  }

  @Test
  void givenBack_settingsAreReset() {
    DsqlR2dbc dsql = one();
    String before = value(dsql, "SHOW TimeZone");
    Connection connection = await(dsql.create());
    await(LocalCluster.execute(connection, "SET TimeZone = 'Asia/Tokyo'"));
    assertThat(await(select(connection, "SHOW TimeZone").single())).isEqualTo("Asia/Tokyo");
    await(Mono.from(connection.close()));
    assertThat(value(dsql, "SHOW TimeZone")).isEqualTo(before);
    assertThat(value(dsql, "SHOW search_path")).isEqualTo("public");
    assertThat(dsql.stats().opened()).isEqualTo(1);
  }

  /** The server says SET for none of them, and of a search_path nothing else either. */
  @Test
  void givenBack_settingsChangedByOtherMeans_areReset() {
    DsqlR2dbc dsql = one();
    String zone = value(dsql, "SHOW TimeZone");
    execute(
        dsql,
        "CREATE FUNCTION sets() RETURNS text LANGUAGE sql AS"
            + " $$ SELECT set_config('timezone', 'Asia/Tokyo', false) $$");
    value(dsql, "SELECT pg_catalog.Set_Config($1, 'nowhere', false)", "search_path");
    assertThat(value(dsql, "SHOW search_path")).isEqualTo("public");
    await(
        dsql.inTransaction(c -> select(c, "SELECT set_config('search_path', 'nowhere', false)"))
            .then());
    assertThat(value(dsql, "SHOW search_path")).isEqualTo("public");
    execute(dsql, "UPDATE pg_settings SET setting = 'nowhere' WHERE name = 'search_path'");
    assertThat(value(dsql, "SHOW search_path")).isEqualTo("public");
    assertThat(value(dsql, "SELECT sets()")).isEqualTo("Asia/Tokyo");
    assertThat(value(dsql, "SHOW TimeZone")).isEqualTo(zone);
    execute(dsql, "RESET TimeZone");
    assertThat(dsql.stats().opened()).isEqualTo(1);
  }

  @Test
  void givenBack_whoSetsNothing_paysNothing() {
    DsqlR2dbc dsql = one();
    cluster.record().start();
    try {
      value(dsql, "SELECT 1");
      value(dsql, "SELECT 2");
      assertThat(cluster.record().statements())
          .noneMatch(statement -> statement.sql().equals("RESET ALL"));
      execute(dsql, "SET TimeZone = 'Asia/Tokyo'");
      value(dsql, "SELECT 3");
      assertThat(cluster.record().statements())
          .filteredOn(statement -> statement.sql().equals("RESET ALL"))
          .hasSize(1);
    } finally {
      cluster.record().stop();
    }
  }

  @Test
  void statementTimeout_endsTheConnectionOfASilentServer_andSaysSo() {
    DsqlR2dbc dsql =
        pool(R2dbcSettings.builder().maxSize(1).statementTimeout(Duration.ofMillis(800)));
    for (int i = 0; i < 4; i++) {
      value(dsql, "SELECT pg_sleep(0.4)"); // each has its own time
    }
    assertThat(dsql.stats().opened()).isEqualTo(1);
    Connection connection = await(dsql.create());
    assertThat(failure(select(connection, "SELECT pg_sleep(20)")))
        .isInstanceOf(R2dbcNonTransientResourceException.class)
        .hasCauseInstanceOf(StatementOutcomeUnknownException.class)
        .hasStackTraceContaining("statementTimeout");
    await(Mono.from(connection.close()));
    Throwable inside =
        failure(
            dsql.inTransaction(
                TransactionOptions.builder().retryPolicy(RetryPolicy.off()).build(),
                c -> select(c, "SELECT pg_sleep(20)")));
    assertThat(inside)
        .isInstanceOf(R2dbcTimeoutException.class)
        .hasMessageContaining("statementTimeout");
    assertThat(value(dsql, "SELECT 1")).isEqualTo("1");
  }

  @Test
  void statementTimeout_aSlowSubscriberIsNotASilentServer() {
    DsqlR2dbc dsql =
        pool(R2dbcSettings.builder().maxSize(1).statementTimeout(Duration.ofMillis(300)));
    Connection connection = await(dsql.create());
    CompletableFuture<Integer> rows = new CompletableFuture<>();
    select(connection, "SELECT generate_series(1, 200000)")
        .subscribe(
            new BaseSubscriber<String>() {
              private int count;

              @Override
              protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
                request(1);
              }

              @Override
              protected void hookOnNext(String row) {
                if (++count == 1) {
                  Mono.delay(Duration.ofSeconds(1)).subscribe(late -> requestUnbounded());
                }
              }

              @Override
              protected void hookOnComplete() {
                rows.complete(count);
              }

              @Override
              protected void hookOnError(Throwable failure) {
                rows.completeExceptionally(failure);
              }
            });
    assertThat(await(Mono.fromFuture(rows))).isEqualTo(200_000);
    await(Mono.from(connection.close()));
    assertThat(dsql.stats().opened()).isEqualTo(1);
  }

  @Test
  void givenBack_nothingIsExecutedOnItAnyMore() {
    DsqlR2dbc dsql = one();
    PostgresqlConnection connection = await(dsql.create());
    var statement = connection.createStatement("INSERT INTO item VALUES (2)");
    Flux<?> late = statement.execute();
    await(connection.close());
    assertThat(failure(late)).isInstanceOf(IllegalStateException.class);
    assertThat(failure(connection.beginTransaction())).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> connection.createStatement("SELECT 1"))
        .isInstanceOf(IllegalStateException.class);
    assertThat(value(dsql, "SELECT count(*) FROM item WHERE id = 2")).isEqualTo("0");
  }

  /** A subscription is cancelled at any moment; what it leaves is not the next user's. */
  @Test
  void cancelledSubscriptions_leaveNothingBehind() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    DsqlR2dbc dsql = pool(R2dbcSettings.builder().maxSize(2));
    for (int i = 0; i < 200; i++) {
      Connection connection = await(dsql.create());
      boolean transaction = random.nextBoolean();
      if (transaction) {
        await(Mono.from(connection.beginTransaction()));
      }
      int rows = 1 + random.nextInt(2_000);
      int fetch = random.nextInt(3) * 50;
      Flux<String> numbers =
          Flux.from(
                  connection
                      .createStatement("SELECT generate_series(1, $1)")
                      .bind(0, rows)
                      .fetchSize(fetch)
                      .execute())
              .flatMap(result -> result.map((row, meta) -> String.valueOf(row.get(0))));
      int taken = 1 + random.nextInt(50);
      switch (random.nextInt(3)) {
        case 0 -> await(numbers.take(taken).collectList());
        case 1 -> numbers.subscribe().dispose();
        default -> {
          // Two at once, of which the second one is cancelled while it waits for its turn.
          Disposable first = numbers.subscribe();
          Disposable second =
              LocalCluster.execute(connection, "INSERT INTO item VALUES ($1)", 1_000 + i)
                  .subscribe();
          second.dispose();
          first.dispose();
        }
      }
      await(Mono.from(connection.close()));
      assertThat(value(dsql, "SELECT " + i)).as("seed " + seed).isEqualTo(String.valueOf(i));
    }
    until("all are given back", () -> dsql.stats().leased() == 0);
    assertThat(dsql.stats().opened()).as("seed " + seed).isLessThanOrEqualTo(2);
  }

  /** Who asks for one row and nothing more holds the driver up, but not the pool. */
  @Test
  void unreadResult_connectionIsGivenUpInTime() {
    DsqlR2dbc dsql = one();
    Connection connection = await(dsql.create());
    CompletableFuture<Void> first = new CompletableFuture<>();
    select(connection, "SELECT generate_series(1, 200000)")
        .subscribe(
            new BaseSubscriber<String>() {
              @Override
              protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
                request(1);
              }

              @Override
              protected void hookOnNext(String row) {
                first.complete(null);
              }
            });
    await(Mono.fromFuture(first));
    await(Mono.from(connection.close()));
    assertThat(value(dsql, "SELECT 1")).isEqualTo("1");
    assertThat(dsql.stats().opened()).isEqualTo(2);
  }

  @Test
  void acquire_tooLate_isR2dbcsTimeoutWithOursAsCause() {
    DsqlR2dbc dsql =
        pool(R2dbcSettings.builder().minSize(1).maxSize(1).acquireTimeout(Duration.ofMillis(50)));
    await(dsql.ready());
    Connection held = await(dsql.create());
    assertThat(failure(dsql.create()))
        .isInstanceOf(R2dbcTimeoutException.class)
        .hasCauseInstanceOf(PoolTimeoutException.class);
    await(Mono.from(held.close()));
  }

  @Test
  void acquire_cancelled_freesItsPlace() {
    DsqlR2dbc dsql = one();
    Connection held = await(dsql.create());
    Disposable waiting = dsql.create().subscribe();
    assertThat(dsql.stats().waiting()).isEqualTo(1);
    waiting.dispose();
    assertThat(dsql.stats().waiting()).isZero();
    await(Mono.from(held.close()));
    for (int i = 0; i < 100; i++) {
      // While it is handed over, or before, or in use. Only usingWhen closes in each of these
      // cases.
      Mono.usingWhen(dsql.create(), got -> Mono.never(), Connection::close).subscribe().dispose();
    }
    until("nobody has one", () -> dsql.stats().leased() == 0);
    assertThat(value(dsql, "SELECT 1")).isEqualTo("1");
  }

  @Test
  void lifetime_isKeptUnderLoad() {
    DsqlR2dbc dsql = pool(R2dbcSettings.builder().maxSize(1).maxLifetime(Duration.ofSeconds(1)));
    Set<String> backends = new HashSet<>();
    long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
    while (System.nanoTime() < end && backends.size() < 3) {
      backends.add(backend(dsql));
    }
    assertThat(backends).hasSizeGreaterThanOrEqualTo(3);
  }

  @Test
  void minimum_isOpenedAndReadySaysSo() {
    DsqlR2dbc dsql = pool(R2dbcSettings.builder().minSize(3).maxSize(5));
    await(dsql.ready());
    assertThat(dsql.stats().idle()).isEqualTo(3);
    assertThat(dsql.health().isReady()).isTrue();
    assertThat(dsql.expireConnections()).isEqualTo(3);
  }

  @Test
  void close_waitsForUsers_thenEndsThem() {
    DsqlR2dbc dsql = one();
    Connection held = await(dsql.create());
    CompletableFuture<Void> closed = dsql.close(Duration.ofSeconds(20)).toFuture();
    assertThat(closed).isNotDone();
    assertThat(failure(dsql.create()))
        .isInstanceOf(R2dbcNonTransientResourceException.class)
        .hasCauseInstanceOf(ClosedException.class);
    await(Mono.from(held.close()));
    await(Mono.fromFuture(closed));
    assertThat(dsql.isDisposed()).isTrue();
    until("the cluster has none", () -> cluster.openConnections() == 0);
  }

  @Test
  void dispose_endsWhatIsUnderWay_afterTheGrace() {
    DsqlR2dbc dsql = pool(R2dbcSettings.builder().maxSize(1).closeGrace(Duration.ZERO));
    Connection held = await(dsql.create());
    CompletableFuture<?> slow =
        select(held, "SELECT count(*) FROM generate_series(1, 200000000)").then().toFuture();
    dsql.dispose();
    assertThat(failure(Mono.fromFuture(slow)))
        .isInstanceOf(R2dbcNonTransientResourceException.class)
        .hasCauseInstanceOf(StatementOutcomeUnknownException.class);
  }

  @Test
  void context_reachesWhatIsComposed() {
    DsqlR2dbc dsql = one();
    assertThat(
            Mono.usingWhen(
                    dsql.create(),
                    connection -> Mono.deferContextual(context -> Mono.just(context.get("key"))),
                    Connection::close)
                .contextWrite(context -> context.put("key", "value"))
                .block(LIMIT))
        .isEqualTo("value");
  }
}
