package io.github.dsqljava.r2dbc;

import io.github.dsqljava.spi.pool.AsyncPool;
import io.github.dsqljava.spi.pool.Lease;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.util.context.ContextView;

/**
 * Hands out connections of the pool, behind the acquire hook if there is one.
 *
 * <p>Safe to use from several threads.
 */
final class Leases {
  private final AsyncPool<PhysicalSession> pool;
  private final StaleStatements stale;
  private final @Nullable ConnectionHook hook;

  Leases(AsyncPool<PhysicalSession> pool, StaleStatements stale, @Nullable ConnectionHook hook) {
    this.pool = pool;
    this.stale = stale;
    this.hook = hook;
  }

  /**
   * Asks for a connection. Cancelling the future frees the caller's place, or gives back the
   * connection that was about to be handed over.
   *
   * @param ahead whether the caller waits ahead of the others, because it has its turn in the
   *     conflict lane
   * @param context the subscriber's
   * @return the result of {@link AsyncPool#acquire}, or the failure of the hook
   */
  CompletableFuture<Lease<PhysicalSession>> acquire(
      Duration timeout, boolean ahead, ContextView context) {
    CompletableFuture<Lease<PhysicalSession>> acquired = pool.acquire(null, timeout, ahead);
    ConnectionHook shapes = hook;
    if (shapes == null) {
      return acquired;
    }
    CompletableFuture<Lease<PhysicalSession>> result = new CompletableFuture<>();
    var unused =
        acquired.whenComplete(
            (lease, failure) -> {
              if (failure != null) {
                result.completeExceptionally(failure);
              } else {
                shape(shapes, lease, context, result);
              }
            });
    var unusedOfResult =
        result.whenComplete(
            (lease, failure) -> {
              if (result.isCancelled()) {
                acquired.cancel(/* mayInterruptIfRunning= */ false);
              }
            });
    return result;
  }

  private void shape(
      ConnectionHook shapes,
      Lease<PhysicalSession> lease,
      ContextView context,
      CompletableFuture<Lease<PhysicalSession>> result) {
    lease.connection().wire().useBegins();
    AtomicBoolean over = new AtomicBoolean();
    Disposable running =
        shapes
            .run(lease.connection())
            .contextWrite(inherited -> inherited.putAll(context))
            .subscribe(
                null,
                failure -> {
                  if (over.compareAndSet(false, true)) {
                    lease.connection().wire().abort();
                    lease.discard();
                    result.completeExceptionally(failure);
                  }
                },
                () -> {
                  if (over.compareAndSet(false, true) && !result.complete(lease)) {
                    giveBack(lease); // the caller has gone
                  }
                });
    var unused =
        result.whenComplete(
            (got, failure) -> {
              if (result.isCancelled() && over.compareAndSet(false, true)) {
                running.dispose();
                giveBack(lease);
              }
            });
  }

  private void giveBack(Lease<PhysicalSession> lease) {
    var unused = GiveBack.start(lease, stale);
  }
}
