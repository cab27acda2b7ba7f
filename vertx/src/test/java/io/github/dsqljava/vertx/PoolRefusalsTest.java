package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.failure;
import static io.github.dsqljava.vertx.LocalCluster.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.AccessDeniedException;
import io.github.dsqljava.ConnectionRejectedException;
import io.github.dsqljava.PoolTimeoutException;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.LoginRefusal;
import io.github.dsqljava.pool.PoolListener;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A cluster that refuses logins, as the real one does under load. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class PoolRefusalsTest {
  private static DsqlLocal cluster;
  private DsqlConnector connector;
  private final ConcurrentLinkedQueue<Throwable> backoffs = new ConcurrentLinkedQueue<>();

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void open() {
    connector = DsqlConnector.create(config(cluster).build());
  }

  @AfterEach
  void close() throws Exception {
    cluster.faults().clear();
    await(connector.close());
    LocalCluster.assertNothingOpen(cluster);
  }

  private DsqlPool pool(Duration acquireTimeout) {
    return connector.pool(
        PoolSettings.builder()
            .maxSize(4)
            .acquireTimeout(acquireTimeout)
            .listener(
                new PoolListener() {
                  @Override
                  public void backoff(Duration delay, Throwable failure) {
                    backoffs.add(failure);
                  }
                })
            .build());
  }

  @ParameterizedTest
  @EnumSource(names = {"TOO_MANY_CONNECTIONS", "RATE_EXCEEDED", "WAKING_UP"})
  void temporaryRefusal_poolBacksOffAndNobodyFails(LoginRefusal refusal) throws Exception {
    cluster.faults().refuseLogins(3, refusal);
    DsqlPool pool = pool(Duration.ofSeconds(30));
    List<Future<Object>> callers =
        IntStream.range(0, 20)
            .mapToObj(i -> pool.query("SELECT 1").execute().<Object>map(rows -> "served"))
            .toList();
    assertThat(await(Future.all(callers)).<String>list()).containsOnly("served");
    assertThat(cluster.faults().remaining().total()).isZero();
    assertThat(pool.stats().openFailures()).isEqualTo(3);
    assertThat(backoffs).isNotEmpty().allMatch(ConnectionRejectedException.class::isInstance);
  }

  @Test
  void refusedUntilTheDeadline_timeoutCarriesTheLastRefusal() throws Exception {
    cluster.faults().refuseLogins(1_000, LoginRefusal.RATE_EXCEEDED);
    Throwable failure = failure(pool(Duration.ofMillis(500)).query("SELECT 1").execute());
    assertThat(failure).isInstanceOf(PoolTimeoutException.class).hasMessageContaining("53400");
    assertThat(failure.getCause())
        .isInstanceOfSatisfying(
            ConnectionRejectedException.class,
            rejected -> assertThat(rejected.sqlState()).isEqualTo("53400"));
  }

  @Test
  void expiredToken_isReplacedOnce() throws Exception {
    cluster.faults().refuseLogins(1, LoginRefusal.TOKEN_EXPIRED);
    DsqlPool pool = pool(Duration.ofSeconds(30));
    assertThat(value(pool, "SELECT 1")).isEqualTo("1");
    assertThat(pool.stats().openFailures()).isZero();
    assertThat(backoffs).isEmpty();
    pool.expireConnections();
    cluster.faults().refuseLogins(2, LoginRefusal.TOKEN_EXPIRED);
    assertThat(failure(pool.query("SELECT 1").execute()))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("Signature expired");
  }

  @Test
  void deniedForAnotherReason_allCallersAreToldAtOnce() throws Exception {
    cluster.faults().refuseLogins(1, LoginRefusal.ACCESS_DENIED);
    DsqlPool pool = pool(Duration.ofSeconds(30));
    List<Future<String>> callers =
        IntStream.range(0, 3)
            .mapToObj(
                i ->
                    pool.query("SELECT 1")
                        .execute()
                        .map("served")
                        .recover(e -> Future.succeededFuture(e.getClass().getSimpleName())))
            .toList();
    assertThat(await(Future.all(callers)).<String>list()).containsOnly("AccessDeniedException");
    assertThat(value(pool, "SELECT 1")).isEqualTo("1");
  }
}
