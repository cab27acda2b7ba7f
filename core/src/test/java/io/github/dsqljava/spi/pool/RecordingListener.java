package io.github.dsqljava.spi.pool;

import io.github.dsqljava.pool.CloseReason;
import io.github.dsqljava.pool.PoolListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Writes down what a pool tells, one line for each event. */
final class RecordingListener implements PoolListener {

  final List<String> events = new ArrayList<>();
  final List<Throwable> taken = new ArrayList<>();

  /** Those that begin so, since the beginning. */
  List<String> of(String kind) {
    return events.stream().filter(event -> event.startsWith(kind)).toList();
  }

  @Override
  public void opened(Duration took) {
    events.add("opened " + took);
  }

  @Override
  public void openFailed(Throwable failure, Duration took) {
    events.add("openFailed " + failure.getClass().getSimpleName() + " " + took);
  }

  @Override
  public void closed(CloseReason reason, Duration age) {
    events.add("closed " + reason + " " + age);
  }

  @Override
  public void acquired(Duration waited) {
    events.add("acquired " + waited);
  }

  @Override
  public void acquireFailed(Throwable failure, Duration waited) {
    events.add("acquireFailed " + failure.getClass().getSimpleName() + " " + waited);
  }

  @Override
  public void heldTooLong(Duration held, Throwable taken) {
    events.add("heldTooLong " + held);
    this.taken.add(taken);
  }

  @Override
  public void backoff(Duration delay, Throwable failure) {
    events.add("backoff " + delay + " " + failure.getClass().getSimpleName());
  }
}
