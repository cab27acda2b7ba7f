package io.github.dsqljava.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoadDriverTest {
  private static final LoadPlan PLAN =
      new LoadPlan(3, Duration.ofMillis(20), Duration.ofMillis(100), /* seed= */ 1);

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stopThreads() {
    threads.shutdownNow();
  }

  @Test
  void run_blockingOperation_countsWhatEndsWithinTheMeasuredTime() throws Exception {
    AtomicLong executed = new AtomicLong();
    Operation.Blocking operation =
        call -> {
          Thread.sleep(2);
          executed.incrementAndGet();
          return Outcome.DONE;
        };

    LoadResult result = run(operation);

    assertThat(result.total()).isEqualTo(executed.get()).isGreaterThan(result.done());
    assertThat(result.done()).isPositive();
    assertThat(result.median()).isGreaterThanOrEqualTo(2_000_000);
    assertThat(result.max()).isGreaterThanOrEqualTo(result.p99());
    assertThat(result.gaveUp()).isZero();
  }

  @Test
  void run_asyncOperation_neverOverlapsOfOneCaller() throws Exception {
    AtomicLong[] running = {new AtomicLong(), new AtomicLong(), new AtomicLong()};
    Operation.Async operation =
        (call, done) ->
            threads.execute(
                () -> {
                  if (running[call.caller()].incrementAndGet() > 1) {
                    done.accept(null, new AssertionError("overlap"));
                  }
                  running[call.caller()].decrementAndGet();
                  done.accept(Outcome.DONE, null);
                });

    LoadResult result = run(operation);

    assertThat(result.done()).isPositive();
    assertThat(LoadResult.ofLine(result.toLine())).isEqualTo(result);
  }

  @Test
  void run_operationGivesUpHalfTheTime_timesWorkFromItsFirstTry() throws Exception {
    Operation.Blocking operation =
        call -> {
          Thread.sleep(3);
          return call.iteration() % 2 == 0 ? Outcome.GAVE_UP : Outcome.DONE;
        };

    LoadResult result = run(operation);

    assertThat(result.gaveUp()).isBetween(result.done() - 3, result.done() + 3);
    assertThat(result.median()).isGreaterThanOrEqualTo(6_000_000);
    assertThat(result.callP99()).isGreaterThanOrEqualTo(3_000_000);
  }

  @Test
  void run_operationFails_failsSoon() {
    Operation.Blocking operation =
        call -> {
          throw new IllegalStateException("broken");
        };
    LoadPlan plan = new LoadPlan(2, Duration.ofMinutes(5), Duration.ofMinutes(5), /* seed= */ 1);

    assertThatThrownBy(
            () -> LoadDriver.run(plan, (caller, step) -> threads.execute(step), operation, () -> 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("broken");
  }

  @Test
  void run_measuredPartEndsEarlier_timesThatPart() throws Exception {
    Operation.Blocking operation =
        call -> {
          call.measured();
          Thread.sleep(20);
          return Outcome.DONE;
        };

    assertThat(run(operation).median()).isLessThan(15_000_000);
  }

  private LoadResult run(Operation operation) throws InterruptedException {
    return LoadDriver.run(PLAN, (caller, step) -> threads.execute(step), operation, () -> 0);
  }
}
