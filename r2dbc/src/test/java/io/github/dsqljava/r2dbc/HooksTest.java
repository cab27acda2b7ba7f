package io.github.dsqljava.r2dbc;

import static io.github.dsqljava.r2dbc.LocalCluster.await;
import static io.github.dsqljava.r2dbc.LocalCluster.config;
import static io.github.dsqljava.r2dbc.LocalCluster.execute;
import static io.github.dsqljava.r2dbc.LocalCluster.failure;
import static io.github.dsqljava.r2dbc.LocalCluster.select;
import static io.github.dsqljava.r2dbc.LocalCluster.until;
import static io.github.dsqljava.r2dbc.LocalCluster.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.DsqlLocal;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactoryOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** What a program does with connections before their users have them. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class HooksTest {
  private static DsqlLocal cluster;
  private final AtomicInteger calls = new AtomicInteger();
  private final List<DsqlR2dbc> pools = new ArrayList<>();

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @AfterEach
  void close() {
    pools.forEach(pool -> await(pool.close()));
    until("nothing is open", () -> cluster.openConnections() == 0);
  }

  private DsqlR2dbc pool(R2dbcSettings.Builder settings) {
    DsqlR2dbc pool =
        DsqlR2dbc.of(
            config(cluster).connectTimeout(Duration.ofSeconds(3)).build(),
            settings.maxSize(1).build());
    pools.add(pool);
    return pool;
  }

  private static Mono<Void> set(PostgresqlConnection connection, String zone) {
    return execute(connection, "SET timezone = '" + zone + "'").then();
  }

  @Test
  void initHook_runsOnce_andAgainBehindAReset() {
    DsqlR2dbc dsql =
        pool(
            R2dbcSettings.builder()
                .initHook(
                    c -> {
                      calls.incrementAndGet();
                      return set(c, "Europe/Paris");
                    }));
    assertThat(value(dsql, "SHOW timezone")).isEqualTo("Europe/Paris");
    assertThat(value(dsql, "SHOW timezone")).isEqualTo("Europe/Paris");
    assertThat(calls).as("the hook's own SET is nobody's").hasValue(1);
    execute(dsql, "SET timezone = 'Asia/Tokyo'");
    assertThat(value(dsql, "SHOW timezone")).isEqualTo("Europe/Paris");
    execute(dsql, "RESET timezone");
    assertThat(value(dsql, "SHOW timezone")).isEqualTo("Europe/Paris");
    assertThat(calls).hasValue(3);
    assertThat(dsql.stats().opened()).isEqualTo(1);
    PostgresqlConnection beside = await(dsql.connect());
    assertThat(await(select(beside, "SHOW timezone").single())).isNotEqualTo("Europe/Paris");
    await(beside.close());
  }

  @Test
  void acquireHook_runsBeforeEachUse_withTheSubscribersContext() {
    DsqlR2dbc dsql =
        pool(
            R2dbcSettings.builder()
                .acquireHook(
                    c ->
                        Mono.deferContextual(
                            context -> {
                              calls.incrementAndGet();
                              return set(c, context.getOrDefault("zone", "UTC"));
                            })));
    assertThat(value(dsql, "SHOW timezone")).isEqualTo("UTC");
    assertThat(
            await(
                dsql.inTransaction(c -> select(c, "SHOW timezone"))
                    .single()
                    .contextWrite(context -> context.put("zone", "Asia/Tokyo"))))
        .isEqualTo("Asia/Tokyo");
    assertThat(value(dsql, "SHOW timezone")).isEqualTo("UTC");
    assertThat(calls).hasValue(3);
    assertThat(dsql.stats().opened()).isEqualTo(1);
  }

  @Test
  void hooksThatFail_theCallerIsTold_andNoPlaceIsLost() {
    List<Function<PostgresqlConnection, Publisher<Void>>> odd =
        List.of(
            c -> {
              throw new AssertionError("thrown");
            },
            c -> null,
            c -> Mono.error(new IllegalStateException("failed")),
            PostgresqlConnection::close,
            c -> c.beginTransaction(),
            c -> Mono.never(),
            c -> Mono.empty());
    for (boolean init : List.of(true, false)) {
      calls.set(0);
      Function<PostgresqlConnection, Publisher<Void>> hook =
          c -> odd.get(Math.min(calls.getAndIncrement(), odd.size() - 1)).apply(c);
      R2dbcSettings.Builder settings =
          R2dbcSettings.builder()
              .baseBackoff(Duration.ofMillis(1))
              .maxBackoff(Duration.ofMillis(2));
      DsqlR2dbc dsql = pool(init ? settings.initHook(hook) : settings.acquireHook(hook));
      assertThat(failure(dsql.create())).hasStackTraceContaining("thrown");
      assertThat(failure(dsql.create())).hasMessageContaining("returned null");
      assertThat(failure(dsql.create())).hasMessage("failed");
      assertThat(failure(dsql.create())).hasMessageContaining("closed the connection");
      assertThat(failure(dsql.create())).hasMessageContaining("left a transaction open");
      assertThat(failure(dsql.create()))
          .isInstanceOf(TimeoutException.class)
          .hasMessageContaining(init ? "init hook" : "acquire hook");
      assertThat(value(dsql, "SELECT 1")).isEqualTo("1");
      until("all are given back", () -> dsql.stats().leased() == 0);
    }
  }

  @Test
  void acquireHook_thatLosesItsConnection_isAnotherAttempt() {
    DsqlR2dbc dsql =
        pool(
            R2dbcSettings.builder()
                .acquireHook(
                    c ->
                        calls.incrementAndGet() == 1
                            ? execute(c, "SELECT pg_terminate_backend(pg_backend_pid())").then()
                            : Mono.empty()));
    assertThat(await(dsql.inTransaction(c -> select(c, "SELECT 1")).single())).isEqualTo("1");
    assertThat(calls).hasValue(2);
  }

  @Test
  void acquireHook_cancelled_givesTheConnectionBack() {
    DsqlR2dbc dsql = pool(R2dbcSettings.builder().acquireHook(c -> Mono.never()));
    for (int i = 0; i < 3; i++) {
      Disposable waiting = dsql.create().subscribe();
      until("the hook has it", () -> dsql.stats().leased() == 1);
      waiting.dispose();
      until("it is given back", () -> dsql.stats().leased() == 0);
      Disposable transaction = dsql.inTransaction(c -> select(c, "SELECT 1")).subscribe();
      until("the hook has it", () -> dsql.stats().leased() == 1);
      transaction.dispose();
      until("it is given back", () -> dsql.stats().leased() == 0);
    }
    assertThat(dsql.stats().opened()).isEqualTo(1);
  }

  @Test
  void options_haveEverySetting() {
    Function<PostgresqlConnection, Publisher<Void>> hook = c -> Mono.empty();
    String url =
        "r2dbc:dsql://app@abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws/postgres?minSize=2"
            + "&maxSize=7&maxWaiting=8&acquireTimeout=PT9S&maxLifetime=PT10M&lifetimeJitter=PT11S"
            + "&idleTimeout=PT12S&idleCheck=PT13S&leakThreshold=PT14S&baseBackoff=PT0.015S"
            + "&maxBackoff=PT16S&transactionDeadline=PT17S&closeGrace=PT18S&statementTimeout=PT23S&retryMaxAttempts=19"
            + "&retryMaxOtherFailures=24&retryBasePause=PT0.02S&retryMaxPause=PT21S&retryMaxElapsed=PT22S&conflictLane=false";
    FactoryOptions options =
        new FactoryOptions(
            ConnectionFactoryOptions.parse(url)
                .mutate()
                .option(DsqlConnectionFactoryProvider.INIT_HOOK, hook)
                .option(DsqlConnectionFactoryProvider.ACQUIRE_HOOK, hook)
                .build());
    assertThat(options.settings().toString())
        .contains("minSize=2", "maxSize=7", "maxWaiting=8", "acquireTimeout=PT9S")
        .contains("maxLifetime=PT10M", "lifetimeJitter=PT11S", "idleTimeout=PT12S")
        .contains("idleCheck=PT13S", "PT14S", "baseBackoff=PT0.015S", "maxBackoff=PT16S")
        .contains(
            "PT17S",
            "statementTimeout=Optional[PT23S]",
            "closeGrace=PT18S",
            "maxAttempts=19",
            "maxOtherFailures=24",
            "basePause=PT0.02S")
        .contains("maxPause=PT21S", "maxElapsed=PT22S", "conflictLane=false");
    assertThat(options.settings().initHook()).contains(hook);
    assertThat(options.settings().acquireHook()).contains(hook);
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> ConnectionFactories.get(url + "&initHook=x")))
        .hasMessageContaining("initHook");
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> ConnectionFactories.get(url + "&conflictLane=no")))
        .hasMessageContaining("conflictLane");
  }
}
