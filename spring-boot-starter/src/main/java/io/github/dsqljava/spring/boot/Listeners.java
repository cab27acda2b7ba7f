package io.github.dsqljava.spring.boot;

import io.github.dsqljava.RetryKind;
import io.github.dsqljava.pool.CloseReason;
import io.github.dsqljava.pool.PoolListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Several listeners as one. What one of them throws does not keep it from the others. */
record Listeners(List<PoolListener> all) implements PoolListener {
  private static final Logger LOGGER = System.getLogger(Listeners.class.getName());

  private void tell(Consumer<PoolListener> event) {
    for (PoolListener listener : all) {
      try {
        event.accept(listener);
      } catch (RuntimeException e) {
        LOGGER.log(Level.WARNING, "A listener of a pool failed", e);
      }
    }
  }

  @Override
  public void opened(Duration took) {
    tell(listener -> listener.opened(took));
  }

  @Override
  public void openFailed(Throwable failure, Duration took) {
    tell(listener -> listener.openFailed(failure, took));
  }

  @Override
  public void closed(CloseReason reason, Duration age) {
    tell(listener -> listener.closed(reason, age));
  }

  @Override
  public void acquired(Duration waited) {
    tell(listener -> listener.acquired(waited));
  }

  @Override
  public void acquireFailed(Throwable failure, Duration waited) {
    tell(listener -> listener.acquireFailed(failure, waited));
  }

  @Override
  public void heldTooLong(Duration held, Throwable taken) {
    tell(listener -> listener.heldTooLong(held, taken));
  }

  @Override
  public void backoff(Duration delay, Throwable failure) {
    tell(listener -> listener.backoff(delay, failure));
  }

  @Override
  public void retrying(RetryKind kind, int attempt, Duration delay, Throwable cause) {
    tell(listener -> listener.retrying(kind, attempt, delay, cause));
  }

  @Override
  public void conflictTurn(Duration waited) {
    tell(listener -> listener.conflictTurn(waited));
  }
}
