package io.github.dsqljava.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Each figure is its own. */
class PoolStatsTest {

  private static PoolStats.Builder figures() {
    return PoolStats.builder()
        .idle(1)
        .leased(2)
        .opening(3)
        .retiring(4)
        .waiting(5)
        .opened(6)
        .closed(7)
        .openFailures(8)
        .acquired(9)
        .timeouts(10)
        .conflictWaiting(11)
        .conflictTurns(12);
  }

  @Test
  void figures_comeBackAsGiven() {
    PoolStats stats = figures().build();
    assertThat(stats.idle()).isEqualTo(1);
    assertThat(stats.leased()).isEqualTo(2);
    assertThat(stats.size()).isEqualTo(3);
    assertThat(stats.opening()).isEqualTo(3);
    assertThat(stats.retiring()).isEqualTo(4);
    assertThat(stats.waiting()).isEqualTo(5);
    assertThat(stats.opened()).isEqualTo(6);
    assertThat(stats.closed()).isEqualTo(7);
    assertThat(stats.openFailures()).isEqualTo(8);
    assertThat(stats.acquired()).isEqualTo(9);
    assertThat(stats.timeouts()).isEqualTo(10);
    assertThat(stats.conflictWaiting()).isEqualTo(11);
    assertThat(stats.conflictTurns()).isEqualTo(12);
    assertThat(stats.toBuilder().build()).isEqualTo(stats);
    assertThat(stats)
        .isEqualTo(figures().build())
        .hasSameHashCodeAs(figures().build())
        .isNotEqualTo(figures().timeouts(11).build())
        .hasToString(
            "PoolStats[idle=1, leased=2, opening=3, retiring=4, waiting=5, opened=6, closed=7,"
                + " openFailures=8, acquired=9, timeouts=10, conflictWaiting=11, conflictTurns=12]");
  }

  @Test
  void builder_nothingGiven_isZero() {
    assertThat(PoolStats.builder().build())
        .isEqualTo(PoolStats.builder().idle(0).timeouts(0).build())
        .hasToString(
            "PoolStats[idle=0, leased=0, opening=0, retiring=0, waiting=0, opened=0, closed=0,"
                + " openFailures=0, acquired=0, timeouts=0, conflictWaiting=0, conflictTurns=0]");
  }
}
