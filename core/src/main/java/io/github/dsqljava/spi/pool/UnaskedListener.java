package io.github.dsqljava.spi.pool;

import io.github.dsqljava.pool.CloseReason;
import io.github.dsqljava.pool.PoolListener;
import java.time.Duration;

/**
 * Passes on the events of a pool, except those about its callers, which {@link SharedPool} reports.
 */
final class UnaskedListener implements PoolListener {
  private final PoolListener to;

  UnaskedListener(PoolListener to) {
    this.to = to;
  }

  @Override
  public void opened(Duration took) {
    to.opened(took);
  }

  @Override
  public void openFailed(Throwable failure, Duration took) {
    to.openFailed(failure, took);
  }

  @Override
  public void closed(CloseReason reason, Duration age) {
    to.closed(reason, age);
  }

  @Override
  public void backoff(Duration delay, Throwable failure) {
    to.backoff(delay, failure);
  }
}
