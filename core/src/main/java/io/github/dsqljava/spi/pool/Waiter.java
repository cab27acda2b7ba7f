package io.github.dsqljava.spi.pool;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A caller in a pool's queue, and the future it has got. When the caller completes it, by losing
 * patience or otherwise, its place in the queue is free before anything that depends on it runs.
 */
final class Waiter<C> extends CompletableFuture<Lease<C>> {

  final @Nullable Object preference;
  final Duration timeout;

  /** Whether it was served before, and so comes before those that were not. */
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

  /** The pool has a connection for it; false if it has gone in the meantime. */
  boolean serve(Lease<C> lease) {
    return super.complete(lease);
  }

  /** The pool has none for it. */
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
