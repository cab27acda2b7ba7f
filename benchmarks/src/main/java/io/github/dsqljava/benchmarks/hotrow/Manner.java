package io.github.dsqljava.benchmarks.hotrow;

import io.github.dsqljava.retry.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A way of trying again.
 *
 * @param title for people
 * @param retries how often, and with which pauses
 * @param stretch up to which share a pause is longer than the bound, as in the official connectors;
 *     none for pauses drawn evenly between zero and the bound
 * @param lane who goes through a lane of its pool
 */
record Manner(String title, RetryPolicy retries, Optional<Double> stretch, Lane lane) {

  /** Who goes through the lane. */
  enum Lane {
    /** Nobody. */
    NONE,
    /** Who has lost; the next one begins when the one before has its answer. */
    ONE_BY_ONE,
    /** Who has lost; the lane finds out when the next one may begin. */
    ADAPTIVE,
    /**
     * As {@link #ADAPTIVE}, and while somebody is in the lane first attempts go through it, too.
     */
    EVERYBODY
  }

  /** All that are compared. */
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

  /** Full jitter, as this project's policies have it. */
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

  /** The pause of an official connector after so many failures, from 1. */
  Duration pause(int failures, RandomGenerator random) {
    long base = retries.basePause().toNanos() << (failures - 1);
    long pause = Math.min(retries.maxPause().toNanos(), base);
    return Duration.ofNanos(pause + Math.round(pause * stretch.orElse(0.0) * random.nextDouble()));
  }
}
