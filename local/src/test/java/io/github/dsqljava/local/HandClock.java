package io.github.dsqljava.local;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Stands still until it is moved. */
final class HandClock implements InstantSource {
  private volatile Instant now = Instant.parse("2026-11-23T00:00:00Z");

  void advance(Duration by) {
    now = now.plus(by);
  }

  @Override
  public Instant instant() {
    return now;
  }
}
