package io.github.dsqljava.benchmarks.hotrow;

import io.github.dsqljava.retry.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A manner of retrying after a conflict.
 *
 * @param title for people
 * @param retries the number of attempts, and their pauses
 * @param stretch the share by which a pause may exceed the bound, as in the official connectors;
 *     empty for pauses drawn evenly between zero and the bound
 * @param lane the transactions that go through the lane of their pool
 */
record Manner(String title, RetryPolicy retries, Optional<Double> stretch, Lane lane) {

  /** The transactions that go through the lane. */
  enum Lane {
    /** None. */
    NONE,
    /** Those that have lost; the next one begins when the one before has its answer. */
    ONE_BY_ONE,
    /** Those that have lost; the lane adapts the start of the next one. */
    ADAPTIVE,
    /** As {@link #ADAPTIVE}; while the lane is in use, first attempts go through it, too. */
    EVERYBODY
  }

  /** The manners that are compared. */
  static List<Manner> all() {
    RetryPolicy few = RetryPolicy.builder().maxAttempts(10).build();
    return List.of(
        ours("conflict lane (default)", RetryPolicy.defaults(), Lane.ADAPTIVE),
        ours("lane, one at a time", RetryPolicy.defaults(), Lane.ONE_BY_ONE),
        ours("lane for first attempts, too", RetryPolicy.defaults(), Lane.EVERYBODY),
        ours("5 ms to 1 s, 10 attempts", few, Lane.NONE),
        ours("5 ms to 1 s, 100 attempts", RetryPolicy.defaults(), Lane.NONE),
        official("official, 1 to 100 ms", Duration.ofMillis(1), Duration.ofMillis(100)),
        official("official, 100 ms to 5 s", Duration.ofMillis(100), Duration.ofSeconds(5)));
  }

  /** A policy with full jitter, as this project's are. */
  static Manner ours(String title, RetryPolicy retries, Lane lane) {
    return new Manner(title, retries, Optional.empty(), lane);
  }

  /** The policy of an official connector: doubled pauses, up to a quarter longer by chance. */
  static Manner official(String title, Duration base, Duration cap) {
    return new Manner(
        title,
        RetryPolicy.builder().maxAttempts(4).basePause(base).maxPause(cap).build(),
        Optional.of(0.25),
        Lane.NONE);
  }

  /** The pause of an official connector after this number of failures, from 1. */
  Duration pause(int failures, RandomGenerator random) {
    long base = retries.basePause().toNanos() << (failures - 1);
    long pause = Math.min(retries.maxPause().toNanos(), base);
    return Duration.ofNanos(pause + Math.round(pause * stretch.orElse(0.0) * random.nextDouble()));
  }
}
