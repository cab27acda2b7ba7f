package io.github.dsqljava.spi.pool;

import io.github.dsqljava.ClosedException;
import io.github.dsqljava.pool.PoolHealth;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the callers that wait until a pool has its minimum of connections. Guarded by the pool's
 * lock.
 */
final class PoolReadiness {
  private final String name;
  private final int minSize;
  private final PoolTrouble trouble;
  private final List<CompletableFuture<Void>> waiting = new ArrayList<>();

  PoolReadiness(String name, int minSize, PoolTrouble trouble) {
    this.name = name;
    this.minSize = minSize;
    this.trouble = trouble;
  }

  void await(CompletableFuture<Void> ready) {
    waiting.removeIf(CompletableFuture::isDone); // callers that have given up
    waiting.add(ready);
  }

  /** Completes the waiting callers if the minimum is open or the pool is closed. */
  void look(int open, @Nullable ClosedException closed, Effects effects) {
    if (waiting.isEmpty() || (closed == null && open < minSize)) {
      return;
    }
    for (CompletableFuture<Void> ready : waiting) {
      effects.add(
          () -> {
            if (closed == null) {
              ready.complete(null);
            } else {
              ready.completeExceptionally(closed);
            }
          });
    }
    waiting.clear();
  }

  PoolHealth health(int open, boolean closed, @Nullable Throwable lastFailure, long now) {
    if (closed) {
      return PoolHealth.notReady("The pool of connections to " + name + " is closed", null);
    }
    String failing = trouble.describe(now);
    if (!failing.isEmpty()) {
      return PoolHealth.notReady(
          failing + ", and goes on trying. The last failure: " + lastFailure, lastFailure);
    }
    return open >= minSize
        ? PoolHealth.ready()
        : PoolHealth.notReady(
            "The pool has opened " + open + " of at least " + minSize + " connections to " + name,
            null);
  }
}
