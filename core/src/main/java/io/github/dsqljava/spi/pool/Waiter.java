package io.github.dsqljava.spi.pool;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A caller in a pool's queue, which is also the caller's future. When the caller completes it, for
 * example because it gives up, its place in the queue is freed before dependent stages run.
 */
final class Waiter<C> extends CompletableFuture<Lease<C>> {

  final @Nullable Object preference;
  final Duration timeout;

  /** Whether it was served before, and so goes ahead of other callers. */
  final boolean ahead;

  final long since;
  final long deadline;
  final @Nullable TakenHere taken;
  private final Consumer<Waiter<C>> leave;

  Waiter(
      @Nullable Object preference,
      Duration timeout,
      boolean ahead,
      long since,
      @Nullable TakenHere taken,
      Consumer<Waiter<C>> leave) {
    this.preference = preference;
    this.timeout = timeout;
    this.ahead = ahead;
    this.since = since;
    this.deadline = since + Times.bounded(timeout).toNanos();
    this.taken = taken;
    this.leave = leave;
  }

  /** Gives it a connection. Returns false if it has given up in the meantime. */
  boolean serve(Lease<C> lease) {
    return super.complete(lease);
  }

  /** Fails it, because the pool has no connection for it. */
  void refuse(Throwable reason) {
    super.completeExceptionally(reason);
  }

  @Override
  public boolean complete(@Nullable Lease<C> value) {
    leave.accept(this);
    return super.complete(value);
  }

  @Override
  public boolean completeExceptionally(Throwable failure) {
    leave.accept(this);
    return super.completeExceptionally(failure);
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    leave.accept(this);
    return super.cancel(mayInterruptIfRunning);
  }
}
