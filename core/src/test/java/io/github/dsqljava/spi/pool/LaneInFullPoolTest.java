package io.github.dsqljava.spi.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.pool.PoolListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A pool whose connections others hold, and transactions that want one row. */
class LaneInFullPoolTest {
  private static final int CONNECTIONS = 4;
  private static final int OTHERS = 80;
  private static final int LOSERS = 40;
  private static final Duration LONG_WORK = Duration.ofSeconds(1);
  private static final Duration TRIP = Duration.ofMillis(5);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(CONNECTIONS));
  private final ConflictLane lane =
      new ConflictLane(fixture.time, PoolListener.NONE, new FixedRandom(1));
  private final List<Duration> others = new ArrayList<>();
  private final List<Duration> commits = new ArrayList<>();

  /** It touches other rows, and takes long. */
  private void other() {
    var unused =
        fixture
            .pool
            .acquire(null, Duration.ofMinutes(1))
            .thenAccept(
                lease ->
                    fixture.time.schedule(
                        LONG_WORK,
                        () -> {
                          others.add(fixture.time.elapsed());
                          lease.release();
                        }));
  }

  private void loser() {
    LanePass pass = lane.pass();
    pass.await(PATIENCE, () -> attempt(pass));
  }

  private void attempt(LanePass pass) {
    var unused =
        fixture
            .pool
            .acquire(null, PATIENCE, /* ahead= */ true)
            .thenAccept(
                lease -> {
                  pass.started();
                  fixture.time.schedule(
                      TRIP,
                      () -> {
                        pass.committing();
                        fixture.time.schedule(
                            TRIP,
                            () -> {
                              commits.add(fixture.time.elapsed());
                              lease.release();
                              pass.committed();
                            });
                      });
                });
  }

  /**
   * As they would behind the queue: its first one would wait for 20 seconds and, as long as callers
   * came, each of the others again. At its head they wait for one connection to come free, and use
   * it one after the other.
   */
  @Test
  void lane_doesNotStandStillBehindTheQueue() {
    for (int i = 0; i < OTHERS; i++) {
      other();
    }
    for (int i = 0; i < LOSERS; i++) {
      loser();
    }
    fixture.seconds(60);
    assertThat(commits).hasSize(LOSERS);
    Duration allLosers = TRIP.multipliedBy(2L * LOSERS);
    assertThat(commits.get(LOSERS - 1))
        .isLessThanOrEqualTo(PoolFixture.OPEN_TIME.plus(LONG_WORK).plus(allLosers));
    assertThat(others).hasSize(OTHERS);
    assertThat(others.get(OTHERS - 1))
        .as("others wait for what those before them need, and no longer")
        .isLessThanOrEqualTo(
            PoolFixture.OPEN_TIME
                .plus(LONG_WORK.multipliedBy(OTHERS / CONNECTIONS))
                .plus(allLosers));
  }
}
