package io.github.dsqljava.spi.pool;

import static io.github.dsqljava.spi.pool.PoolFixture.OPEN_TIME;
import static io.github.dsqljava.spi.pool.PoolFixture.failure;
import static io.github.dsqljava.spi.pool.PoolFixture.leased;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.AccessDeniedException;
import io.github.dsqljava.PoolTimeoutException;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whom a failure to open a connection reaches, and whom it does not. */
@SuppressWarnings("FutureReturnValueIgnored") // of callers that are only there to wait
class PoolConnectFailureTest {

  // A token whose time was over

  @Test
  void open_tokenExpired_isTriedOnceMore() {
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    fixture.source.failNext(Failures.expired());
    var caller = fixture.acquire();
    fixture.time.advance(OPEN_TIME.multipliedBy(2));
    leased(caller);
    assertThat(fixture.source.attempts).isEqualTo(2);
    assertThat(fixture.listener.of("backoff")).isEmpty();
  }

  @Test
  void open_tokenExpiredTwice_callerFails() {
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    fixture.source.failNext(Failures.expired(), Failures.expired(), Failures.expired());
    var caller = fixture.acquire();
    fixture.minutes(1);
    assertThat(fixture.source.attempts).isEqualTo(2);
    assertThat(failure(caller))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("Signature expired");
  }

  @Test
  void open_tokenDeniedForAnotherReason_isNotTriedAgain() {
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    fixture.source.failNext(Failures.denied());
    var caller = fixture.acquire();
    fixture.minutes(1);
    assertThat(fixture.source.attempts).isEqualTo(1);
    assertThat(caller).isCompletedExceptionally();
  }

  // A failure that waiting does not help

  @Test
  void open_lastingFailureAndNoConnection_failsAllCallersAndPauses() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(3));
    fixture.cluster.refusal = Failures.denied();
    var callers = fixture.acquire(20);
    fixture.time.advance(OPEN_TIME);
    callers.forEach(
        caller -> assertThat(failure(caller)).isInstanceOf(AccessDeniedException.class));
    assertThat(fixture.listener.of("backoff")).hasSize(1);
    assertThat(fixture.source.attempts).isEqualTo(3);
    fixture.cluster.refusal = null;
    leased(fixture.acquireAndWait(Duration.ofSeconds(1)));
  }

  /** 200 callers a second with a role that is not mapped: no cluster's budget is spent on that. */
  @Test
  void open_refusedForMinutes_isTriedOnceInSomeSeconds() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(10));
    fixture.cluster.refusal = Failures.denied();
    List<CompletableFuture<Lease<SimulatedConnection>>> callers = new ArrayList<>();
    for (int i = 0; i < 60 * 200; i++) {
      callers.add(fixture.acquire());
      fixture.millis(5);
    }
    fixture.seconds(10);
    callers.forEach(
        caller -> assertThat(failure(caller)).isInstanceOf(AccessDeniedException.class));
    assertThat(fixture.source.attempts).isLessThan(40);
  }

  /** An init hook may fail for this connection only, say with a conflict. */
  @Test
  void open_failsForAReasonOfItsOwn_failsOneCallerAndPauses() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(1));
    fixture.source.failNext(new IllegalStateException("hook"));
    var callers = fixture.acquire(2);
    fixture.time.advance(OPEN_TIME);
    assertThat(failure(callers.get(0))).hasMessage("hook");
    assertThat(fixture.listener.of("backoff")).hasSize(1);
    assertThat(callers.get(1)).isNotDone();
    fixture.seconds(1);
    leased(callers.get(1));
  }

  @Test
  void open_lastingFailureAndConnectionInUse_failsNobody() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(3));
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    fixture.cluster.refusal = Failures.denied();
    var callers = fixture.acquire(2);
    fixture.seconds(5);
    assertThat(callers).noneMatch(CompletableFuture::isDone);
    lease.release();
    leased(callers.get(0)).release();
    leased(callers.get(1));
  }

  @Test
  void open_lastingFailureAndConnectionInUseForAsLong_deadlineCarriesTheFailure() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(3));
    fixture.acquireNow();
    fixture.cluster.refusal = Failures.denied();
    var caller = fixture.acquire();
    fixture.time.advance(PoolFixture.PATIENCE);
    assertThat(failure(caller))
        .isInstanceOf(PoolTimeoutException.class)
        .hasCause(fixture.cluster.refusal);
  }

  @Test
  void open_lastingFailureAndTheOnlyConnectionWillNotComeBack_failsTheCaller() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(3));
    fixture.acquireNow();
    fixture.pool.expireConnections();
    fixture.cluster.refusal = Failures.denied();
    var caller = fixture.acquire();
    fixture.time.advance(OPEN_TIME);
    assertThat(failure(caller)).isInstanceOf(AccessDeniedException.class);
  }

  @Test
  void open_lastingFailureAndNobodyWaits_poolPauses() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.minSize(2));
    fixture.cluster.refusal = Failures.denied();
    fixture.pool.start();
    fixture.minutes(1);
    assertThat(fixture.source.attempts).isBetween(10, 20);
  }

  // A source that misbehaves

  /** Does something else than to open. */
  private static AsyncPool<SimulatedConnection> pool(
      PoolFixture fixture, ConnectionSource<SimulatedConnection> source) {
    return new AsyncPool<>(
        "cluster:5432",
        PoolPolicy.builder().maxSize(1).build(),
        source,
        fixture.time,
        ConnectRate.of(100, 1_000),
        new FixedRandom(1),
        fixture.listener);
  }

  /** As a {@link SimulatedSource} unless overridden. */
  private abstract static class OddSource implements ConnectionSource<SimulatedConnection> {
    final SimulatedSource usual;

    OddSource(PoolFixture fixture) {
      usual = fixture.source;
    }

    @Override
    public CompletionStage<SimulatedConnection> open(@Nullable Object preference, Runnable lost) {
      return usual.open(preference, lost);
    }

    @Override
    public CompletionStage<Void> close(SimulatedConnection connection) {
      return usual.close(connection);
    }

    @Override
    public CompletionStage<Void> abort(SimulatedConnection connection) {
      return usual.abort(connection);
    }
  }

  @Test
  void open_throws_isAFailureLikeAnyOther() {
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    for (Throwable thrown :
        new Throwable[] {
          new IllegalStateException("odd"),
          new NoClassDefFoundError("odd"),
          new Exception("checked")
        }) {
      var pool =
          pool(
              fixture,
              new OddSource(fixture) {
                @Override
                public CompletionStage<SimulatedConnection> open(
                    @Nullable Object preference, Runnable lost) {
                  throw PoolConnectFailureTest.<RuntimeException>sneaky(thrown);
                }
              });
      var caller = pool.acquire(null, Duration.ofSeconds(1));
      fixture.time.advance(Duration.ZERO);
      assertThat(failure(caller)).isSameAs(thrown);
      assertThat(pool.stats().opening()).isZero();
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> T sneaky(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @Test
  void open_givesNoFuture_isAFailureLikeAnyOther() {
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    var pool =
        pool(
            fixture,
            new OddSource(fixture) {
              @Override
              public CompletionStage<SimulatedConnection> open(
                  @Nullable Object preference, Runnable lost) {
                return null;
              }
            });
    var caller = pool.acquire(null, Duration.ofSeconds(1));
    assertThat(failure(caller)).isInstanceOf(NullPointerException.class);
    assertThat(pool.stats().opening()).isZero();
  }

  @Test
  void open_givesNoConnection_isAFailureLikeAnyOther() {
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    var pool =
        pool(
            fixture,
            new OddSource(fixture) {
              @Override
              public CompletionStage<SimulatedConnection> open(
                  @Nullable Object preference, Runnable lost) {
                return CompletableFuture.completedFuture(null);
              }
            });
    var caller = pool.acquire(null, Duration.ofSeconds(1));
    assertThat(failure(caller)).isInstanceOf(NullPointerException.class);
    assertThat(pool.stats().size()).isZero();
  }

  @Test
  void open_failsWithAWrappedFailure_callerSeesWhatIsInside() {
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    Throwable inside = Failures.denied();
    fixture.source.failNext(new CompletionException(inside));
    var caller = fixture.acquire();
    fixture.time.advance(OPEN_TIME);
    assertThat(failure(caller)).isSameAs(inside);
  }

  @Test
  void kindOf_throws_failureCountsAsLasting() {
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    var pool =
        pool(
            fixture,
            new OddSource(fixture) {
              @Override
              public ConnectFailureKind kindOf(Throwable failure) {
                throw new IllegalStateException("odd");
              }
            });
    fixture.source.failNext(Failures.unreachable());
    try (CapturedLog log = new CapturedLog()) {
      var caller = pool.acquire(null, Duration.ofSeconds(1));
      fixture.time.advance(OPEN_TIME);
      assertThat(caller).isCompletedExceptionally();
      assertThat(log.failures()).containsExactly("odd");
    }
    assertThat(pool.stats().opening()).isZero();
  }

  @Test
  void suits_throws_connectionCountsAsNotSuiting() {
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    var pool =
        pool(
            fixture,
            new OddSource(fixture) {
              @Override
              public boolean suits(SimulatedConnection connection, Object preference) {
                throw new IllegalStateException("odd");
              }
            });
    pool.acquire(null, Duration.ofSeconds(1)).thenAccept(Lease::release);
    fixture.time.advance(OPEN_TIME);
    try (CapturedLog log = new CapturedLog()) {
      leased(pool.acquire("red", Duration.ofSeconds(1)));
      assertThat(log.failures()).containsExactly("odd");
    }
  }
}
