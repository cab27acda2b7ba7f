package io.github.dsqljava.spi.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A pool that cannot connect says so, and not too often. */
@SuppressWarnings("FutureReturnValueIgnored") // of callers that are only there to wait
class PoolTroubleTest {

  private final PoolFixture fixture = PoolFixture.of(policy -> policy.minSize(1).maxSize(2));
  private final CapturedLog log = new CapturedLog();

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void failing_forMinutes_oneLineAMinuteAndOneWhenItIsOver() {
    fixture.cluster.refusal = Failures.unreachable();
    fixture.pool.start();
    fixture.acquire();
    fixture.acquire();
    fixture.seconds(1);
    assertThat(log.lines())
        .singleElement()
        .asString()
        .contains("no connection to cluster:5432 for 0 s")
        .contains("waiting callers: 2")
        .contains(Failures.unreachable().getMessage());
    fixture.minutes(5);
    assertThat(log.lines()).hasSizeBetween(5, 6);
    assertThat(log.lines().get(4)).contains("waiting callers: 0").contains("goes on trying");
    fixture.cluster.refusal = null;
    int before = log.lines().size();
    fixture.minutes(10);
    assertThat(log.lines()).hasSize(before + 1);
    assertThat(log.lines().get(before))
        .contains("opens connections to cluster:5432 again, after 30");
  }

  @Test
  void failing_nowAndThen_oneLineAMinute() {
    fixture.pool.start();
    for (int i = 0; i < 60; i++) {
      fixture.source.failNext(Failures.overloaded());
      fixture.pool.expireConnections();
      fixture.seconds(10);
    }
    // Ten minutes: a line for a trouble and one for its end, a minute at most.
    assertThat(log.lines()).hasSizeBetween(10, 22);
  }

  @Test
  void working_saysNothing() {
    fixture.acquireNow().release();
    fixture.minutes(60);
    assertThat(log.lines()).isEmpty();
  }
}
