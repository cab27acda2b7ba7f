package io.github.dsqljava.local.conformance;

import java.time.Duration;

/** Waits between two steps; tests replace it with a clock of their own. */
interface Pause {
  /** Real time. */
  Pause REAL =
      length -> {
        try {
          Thread.sleep(length.toMillis());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new ConformanceException("interrupted", e);
        }
      };

  /** Returns when the time is over. */
  void pass(Duration length) throws ConformanceException;
}
