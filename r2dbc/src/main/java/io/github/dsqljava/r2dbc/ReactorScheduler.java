package io.github.dsqljava.r2dbc;

import io.github.dsqljava.spi.pool.PoolScheduler;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Schedulers;

/** Timers on Reactor's parallel scheduler. */
final class ReactorScheduler implements PoolScheduler {

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void schedule(Duration delay, Runnable task) {
    var unused = timer(delay, task);
  }

  /** Starts a timer, which may be disposed of; it never runs if Reactor is shut down. */
  static Disposable timer(Duration delay, Runnable task) {
    try {
      return Schedulers.parallel().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      return Disposables.disposed();
    }
  }
}
