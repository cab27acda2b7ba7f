package io.github.dsqljava.spi.pool;

import static io.github.dsqljava.spi.pool.PoolFixture.failure;
import static io.github.dsqljava.spi.pool.PoolFixture.leased;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.PoolBusyException;
import io.github.dsqljava.PoolTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers that wait: how many, how long, and how they leave. */
@SuppressWarnings("FutureReturnValueIgnored") // of callers that are only there to wait
class PoolQueueTest {

  private static PoolFixture exhausted(int maxWaiting) {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(1).maxWaiting(maxWaiting));
    fixture.acquireNow();
    return fixture;
  }

  // The bound

  @Test
  void acquire_queueFull_nextCallerFailsAtOnceAndOthersStay() {
    PoolFixture fixture = exhausted(2);
    var waiting = fixture.acquire(2);
    assertThat(failure(fixture.acquire()))
        .isInstanceOf(PoolBusyException.class)
        .hasMessageContaining("cluster:5432")
        .hasMessageContaining("2 callers wait")
        .hasMessageContaining("maxWaiting");
    assertThat(waiting).noneMatch(CompletableFuture::isDone);
    assertThat(fixture.pool.stats().waiting()).isEqualTo(2);
  }

  /** Nor would it be served later for those that wait before it. */
  @Test
  void acquire_queueFull_whoGoesAheadIsNotRefused() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(1).maxWaiting(2));
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    var waiting = fixture.acquire(2);
    var ahead = fixture.pool.acquire(null, PoolFixture.PATIENCE, /* ahead= */ true);
    assertThat(ahead).isNotDone();
    lease.release();
    leased(ahead);
    assertThat(waiting).noneMatch(CompletableFuture::isDone);
  }

  @Test
  void acquire_nobodyMayWait_poolStillGrowsToMaxSize() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(2).maxWaiting(0));
    var callers = fixture.acquire(3);
    assertThat(callers.get(2)).isCompletedExceptionally();
    fixture.seconds(1);
    leased(callers.get(0));
    leased(callers.get(1));
    assertThat(fixture.acquire()).isCompletedExceptionally();
    leased(callers.get(0)).release();
    assertThat(fixture.acquire()).isCompleted();
  }

  // The deadline

  @Test
  void acquire_nothingComesFree_failsAtItsDeadlineWithoutCause() {
    PoolFixture fixture = exhausted(10);
    var caller = fixture.pool.acquire(null, Duration.ofMillis(2_500));
    fixture.millis(2_499);
    assertThat(caller).isNotDone();
    fixture.millis(1);
    assertThat(failure(caller))
        .isInstanceOf(PoolTimeoutException.class)
        .hasMessageContaining("PT2.5S")
        .hasMessageContaining("1 of at most 1 connections in use")
        .hasNoCause()
        .extracting(failure -> ((PoolTimeoutException) failure).timeout())
        .isEqualTo(Duration.ofMillis(2_500));
    assertThat(fixture.pool.stats().timeouts()).isEqualTo(1);
    assertThat(fixture.pool.stats().waiting()).isZero();
  }

  @Test
  void acquire_noConnectionCanBeOpened_deadlineCarriesTheLastFailure() {
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    fixture.cluster.refusal = Failures.unreachable();
    var caller = fixture.pool.acquire(null, Duration.ofSeconds(3));
    fixture.seconds(1);
    fixture.cluster.refusal = Failures.overloaded();
    fixture.seconds(2);
    assertThat(failure(caller))
        .isInstanceOf(PoolTimeoutException.class)
        .hasMessageContaining("too many open connections")
        .hasCause(fixture.cluster.refusal);
  }

  @Test
  void acquire_openingFailedBeforeTheCall_isNotItsCause() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(1));
    fixture.source.failNext(Failures.overloaded());
    fixture.acquire();
    fixture.seconds(5);
    var caller = fixture.acquire();
    fixture.time.advance(PoolFixture.PATIENCE);
    assertThat(failure(caller)).isInstanceOf(PoolTimeoutException.class).hasNoCause();
  }

  @Test
  void acquire_differentDeadlines_eachCallerHasItsOwn() {
    PoolFixture fixture = exhausted(10);
    var patient = fixture.pool.acquire(null, Duration.ofSeconds(100));
    var hasty = fixture.pool.acquire(null, Duration.ofSeconds(1));
    var between = fixture.pool.acquire(null, Duration.ofSeconds(50));
    fixture.seconds(1);
    assertThat(hasty).isCompletedExceptionally();
    fixture.seconds(49);
    assertThat(between).isCompletedExceptionally();
    fixture.seconds(49);
    assertThat(patient).isNotDone();
    fixture.seconds(1);
    assertThat(patient).isCompletedExceptionally();
  }

  @Test
  void acquire_foreverOrAlmost_waitsAndIsServed() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(1));
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    var forever = fixture.pool.acquire(null, Duration.ofSeconds(Long.MAX_VALUE));
    var almost = fixture.pool.acquire(null, Duration.ofNanos(Long.MAX_VALUE));
    fixture.minutes(50);
    lease.release();
    leased(forever).release();
    leased(almost);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void acquire_noPatience_idleConnectionOrFailureAtOnce(long seconds) {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(1));
    Duration none = Duration.ofSeconds(seconds);
    fixture.acquireNow().release();
    var served = fixture.pool.acquire(null, none);
    var refused = fixture.pool.acquire(null, none);
    fixture.time.advance(Duration.ZERO);
    leased(served);
    assertThat(refused).isCompletedExceptionally();
  }

  // Leaving

  static List<Consumer<CompletableFuture<Lease<SimulatedConnection>>>> waysToLeave() {
    return List.of(
        caller -> caller.cancel(true),
        caller -> caller.completeExceptionally(new IllegalStateException("gone")),
        caller -> caller.orTimeout(1, TimeUnit.NANOSECONDS).handle((l, e) -> l).join(),
        caller -> caller.completeOnTimeout(null, 1, TimeUnit.NANOSECONDS).join(),
        caller -> caller.complete(null));
  }

  @ParameterizedTest
  @MethodSource("waysToLeave")
  void leave_caller_placeIsFree(Consumer<CompletableFuture<Lease<SimulatedConnection>>> leave) {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(1).maxWaiting(1));
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    var caller = fixture.acquire();

    leave.accept(caller);

    assertThat(fixture.pool.stats().waiting()).isZero();
    var next = fixture.acquire();
    assertThat(next).isNotDone();
    lease.release();
    assertThat(leased(next).connection()).isSameAs(lease.connection());
    assertThat(fixture.pool.stats().acquired()).isEqualTo(2);
  }

  @Test
  void leave_callerWithDependent_placeIsFreeWhenTheDependentRuns() {
    PoolFixture fixture = exhausted(1);
    var caller = fixture.acquire();
    AtomicReference<CompletableFuture<Lease<SimulatedConnection>>> again = new AtomicReference<>();
    var unused = caller.whenComplete((lease, failure) -> again.set(fixture.acquire()));
    caller.cancel(false);
    assertThat(again.get()).isNotDone();
  }

  @Test
  void leave_callerForWhomAConnectionIsOpened_connectionIsKept() {
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    fixture.acquire().cancel(true);
    fixture.seconds(1);
    assertThat(fixture.pool.stats().idle()).isEqualTo(1);
    assertThat(fixture.pool.stats().acquired()).isZero();
  }
}
