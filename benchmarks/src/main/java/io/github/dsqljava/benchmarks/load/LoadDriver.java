package io.github.dsqljava.benchmarks.load;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets callers repeat an operation and measures. The first failure of an execution ends everything:
 * what fails has done no work, and would look fast.
 */
public final class LoadDriver {
  private static final Duration LAST_EXECUTIONS = Duration.ofSeconds(60);
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final LoadPlan plan;
  private final Starter starter;
  private final LongSupplier attempts;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final CountDownLatch running;
  private final long measureFrom;
  private final long measureTo;

  private LoadDriver(LoadPlan plan, Starter starter, LongSupplier attempts) {
    this.plan = plan;
    this.starter = starter;
    this.attempts = attempts;
    this.running = new CountDownLatch(plan.callers());
    this.measureFrom = System.nanoTime() + plan.warmUp().toNanos();
    this.measureTo = measureFrom + plan.measured().toNanos();
  }

  /**
   * Repeats an operation according to a plan. Returns when all callers have stopped.
   *
   * @param attempts counts transactions begun so far
   * @throws IllegalStateException if an execution failed or did not end
   */
  public static LoadResult run(
      LoadPlan plan, Starter starter, Operation operation, LongSupplier attempts)
      throws InterruptedException {
    return new LoadDriver(plan, starter, attempts).run(operation);
  }

  private LoadResult run(Operation operation) throws InterruptedException {
    List<Caller> callers = new ArrayList<>();
    for (int i = 0; i < plan.callers(); i++) {
      Caller caller = new Caller(new Call(i, plan.seed()), operation);
      callers.add(caller);
      starter.start(i, caller);
    }
    sleepUntil(measureFrom);
    long cpuBefore = SYSTEM.getProcessCpuTime();
    long attemptsBefore = attempts.getAsLong();
    sleepUntil(measureTo);
    long cpu = SYSTEM.getProcessCpuTime() - cpuBefore;
    long attempted = attempts.getAsLong() - attemptsBefore;
    boolean ended = running.await(LAST_EXECUTIONS.toMillis(), TimeUnit.MILLISECONDS);
    Throwable failed = failure.get();
    if (failed != null) {
      throw new IllegalStateException("An execution failed: " + failed, failed);
    }
    if (!ended) {
      throw new IllegalStateException(
          running.getCount() + " callers wait for an answer since " + LAST_EXECUTIONS);
    }
    return result(callers, cpu, attempted);
  }

  private LoadResult result(List<Caller> callers, long cpu, long attempted) {
    long[] work = Latencies.sorted(callers.stream().map(caller -> caller.work).toList());
    long[] calls = Latencies.sorted(callers.stream().map(caller -> caller.calls).toList());
    return new LoadResult(
        work.length,
        plan.measured().toNanos(),
        Latencies.percentile(work, 0.5),
        Latencies.percentile(work, 0.99),
        Latencies.percentile(work, 1),
        cpu,
        calls.length - work.length,
        Latencies.percentile(calls, 0.99),
        attempted,
        callers.stream().mapToLong(caller -> caller.total).sum());
  }

  private void sleepUntil(long time) throws InterruptedException {
    while (failure.get() == null) {
      long left = time - System.nanoTime();
      if (left <= 0) {
        return;
      }
      // Looks up now and then, so that a failure does not have to wait for the end.
      TimeUnit.NANOSECONDS.sleep(Math.min(left, TimeUnit.MILLISECONDS.toNanos(100)));
    }
  }

  /** A caller: executes, notes the time, executes again, until the time is over. */
  private final class Caller implements Runnable {
    private final Call call;
    private final Operation operation;
    private final Latencies work = new Latencies();
    private final Latencies calls = new Latencies();
    private long workBeganAt;
    private boolean again;
    private long total;

    Caller(Call call, Operation operation) {
      this.call = call;
      this.operation = operation;
    }

    @Override
    public void run() {
      try {
        if (operation instanceof Operation.Blocking blocking) {
          do {
            begin();
          } while (goesOnAfter(blocking.execute(call)));
        } else if (operation instanceof Operation.Async async) {
          next(async);
        }
      } catch (Throwable e) {
        stop(e);
      }
    }

    private void next(Operation.Async async) {
      begin();
      async.execute(
          call,
          (outcome, failed) -> {
            if (outcome == null) {
              stop(failed);
            } else if (goesOnAfter(outcome)) {
              next(async);
            }
          });
    }

    private void begin() {
      call.begin();
      if (!again) {
        workBeganAt = call.beganAt();
      }
    }

    private boolean goesOnAfter(Outcome outcome) {
      call.end();
      long now = call.endedAt();
      again = outcome == Outcome.GAVE_UP;
      total += again ? 0 : 1;
      if (now - measureFrom >= 0 && now - measureTo < 0) {
        calls.add(now - call.beganAt());
        if (!again) {
          work.add(now - workBeganAt);
        }
      }
      if (now - measureTo < 0 && failure.get() == null) {
        return true;
      }
      running.countDown();
      return false;
    }

    private void stop(@Nullable Throwable failed) {
      Throwable reason =
          failed != null ? failed : new IllegalStateException("Neither outcome nor failure");
      failure.compareAndSet(null, reason);
      running.countDown();
    }
  }
}
