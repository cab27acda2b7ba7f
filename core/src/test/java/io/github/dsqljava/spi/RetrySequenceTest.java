package io.github.dsqljava.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.RetryKind;
import io.github.dsqljava.retry.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** When a transaction is run again, and after which pause. */
class RetrySequenceTest {
  private static final RandomGenerator LARGEST = new Largest();
  private static final long BEGUN = Long.MAX_VALUE - 5; // a clock may overflow

  /** Draws the largest number there is. */
  private static final class Largest implements RandomGenerator {
    @Override
    public long nextLong() {
      return Long.MAX_VALUE;
    }

    @Override
    public long nextLong(long bound) {
      return bound - 1;
    }
  }

  private static RetryPolicy policy(int attempts, long baseMillis, long capMillis) {
    return RetryPolicy.builder()
        .maxAttempts(attempts)
        .basePause(Duration.ofMillis(baseMillis))
        .maxPause(Duration.ofMillis(capMillis))
        .maxElapsed(Duration.ofHours(1))
        .build();
  }

  @Test
  void conflicts_boundsDoubleUpToTheCap() {
    RetrySequence sequence = new RetrySequence(policy(7, 10, 100), LARGEST, BEGUN);
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      pauses.add(sequence.failed(RetryKind.CONFLICT, BEGUN).orElseThrow().toMillis());
    }
    assertThat(pauses).containsExactly(10L, 20L, 40L, 80L, 100L, 100L);
    assertThat(sequence.failed(RetryKind.CONFLICT, BEGUN)).isEmpty();
  }

  @Test
  void attempts_areCountedWithTheFirst() {
    RetrySequence sequence = new RetrySequence(policy(3, 1, 1), LARGEST, BEGUN);
    assertThat(sequence.attempt()).isEqualTo(1);
    assertThat(sequence.failed(RetryKind.CONFLICT, BEGUN)).isPresent();
    assertThat(sequence.attempt()).isEqualTo(2);
    assertThat(sequence.failed(RetryKind.CONNECTION, BEGUN)).isPresent();
    assertThat(sequence.attempt()).isEqualTo(3);
    assertThat(sequence.failed(RetryKind.CONFLICT, BEGUN)).isEmpty();
  }

  @Test
  void otherFailures_haveABoundOfTheirOwn_whichConflictsDoNotUseUp() {
    RetrySequence sequence =
        new RetrySequence(
            policy(100, 0, 0).toBuilder().maxOtherFailures(3).build(), LARGEST, BEGUN);
    for (int i = 0; i < 20; i++) {
      assertThat(sequence.failed(RetryKind.CONFLICT, BEGUN)).isPresent();
      assertThat(sequence.failedInLane(BEGUN)).isTrue();
    }
    assertThat(sequence.failed(RetryKind.CONNECTION, BEGUN)).isPresent();
    assertThat(sequence.failed(RetryKind.STALE_SCHEMA, BEGUN)).isPresent();
    assertThat(sequence.failedInLane(BEGUN)).isTrue();
    assertThat(sequence.failed(RetryKind.UNKNOWN_COMMIT, BEGUN)).isEmpty();
  }

  @Test
  void defaults_giveUpTheTenthLostConnection() {
    RetrySequence sequence =
        new RetrySequence(RetryPolicy.builder().basePause(Duration.ZERO).build(), LARGEST, BEGUN);
    for (int i = 1; i < 10; i++) {
      assertThat(sequence.failed(RetryKind.CONNECTION, BEGUN)).as("failure %d", i).isPresent();
    }
    assertThat(sequence.failed(RetryKind.CONNECTION, BEGUN)).isEmpty();
  }

  @Test
  void staleSchema_onceAtOnceThenLikeTheOthers() {
    RetrySequence sequence = new RetrySequence(policy(9, 10, 100), LARGEST, BEGUN);
    assertThat(sequence.failed(RetryKind.CONFLICT, BEGUN)).contains(Duration.ofMillis(10));
    assertThat(sequence.failed(RetryKind.STALE_SCHEMA, BEGUN)).contains(Duration.ZERO);
    assertThat(sequence.failed(RetryKind.STALE_SCHEMA, BEGUN)).contains(Duration.ofMillis(20));
    assertThat(sequence.failed(RetryKind.CONFLICT, BEGUN)).contains(Duration.ofMillis(40));
  }

  @Test
  void staleSchema_isAnAttemptToo() {
    RetrySequence sequence = new RetrySequence(policy(1, 10, 100), LARGEST, BEGUN);
    assertThat(sequence.failed(RetryKind.STALE_SCHEMA, BEGUN)).isEmpty();
  }

  @Test
  void maxElapsed_noAttemptBeginsLater() {
    RetryPolicy policy = policy(100, 10, 10).toBuilder().maxElapsed(Duration.ofMillis(50)).build();
    RetrySequence sequence = new RetrySequence(policy, LARGEST, BEGUN);
    long at40 = BEGUN + Duration.ofMillis(40).toNanos(); // beyond the overflow
    assertThat(sequence.elapsed(at40)).isEqualTo(Duration.ofMillis(40));
    assertThat(sequence.failed(RetryKind.CONFLICT, at40)).contains(Duration.ofMillis(10));
    assertThat(sequence.failed(RetryKind.CONFLICT, at40 + 1)).isEmpty();
  }

  @Test
  void off_neverAgain() {
    RetrySequence sequence = new RetrySequence(RetryPolicy.off(), LARGEST, BEGUN);
    assertThat(sequence.failed(RetryKind.CONFLICT, BEGUN)).isEmpty();
  }

  @Test
  void pauses_areDrawnEvenlyFromZeroToTheBound() {
    FullJitter jitter = new FullJitter(Duration.ofMillis(8), Duration.ofSeconds(1));
    long seed = System.nanoTime();
    RandomGenerator random = new SplittableRandom(seed);
    int draws = 20_000;
    int[] quarters = new int[4];
    for (int i = 0; i < draws; i++) {
      long nanos = jitter.pause(3, random).toNanos();
      assertThat(nanos).isBetween(0L, 32_000_000L);
      quarters[(int) Math.min(3, nanos / 8_000_000L)]++;
    }
    for (int count : quarters) {
      assertThat(count).as("seed %d", seed).isBetween(draws / 4 - 600, draws / 4 + 600);
    }
  }

  @Test
  void bound_neverOverflows() {
    FullJitter jitter = new FullJitter(Duration.ofMinutes(1), Duration.ofDays(1));
    assertThat(jitter.bound(1)).isEqualTo(Duration.ofMinutes(1));
    assertThat(jitter.bound(10)).isEqualTo(Duration.ofMinutes(512));
    for (int failures : new int[] {12, 64, 1_000, Integer.MAX_VALUE}) {
      assertThat(jitter.bound(failures)).isEqualTo(Duration.ofDays(1));
    }
    FullJitter crossed = new FullJitter(Duration.ofSeconds(2), Duration.ofSeconds(1));
    assertThat(crossed.bound(1)).isEqualTo(Duration.ofSeconds(1));
    assertThat(new FullJitter(Duration.ZERO, Duration.ZERO).pause(5, LARGEST))
        .isEqualTo(Duration.ZERO);
    assertThat(jitter.bound(0)).isEqualTo(Duration.ofMinutes(1));
  }
}
