package io.github.dsqljava.spi.pool;

import static io.github.dsqljava.spi.pool.PoolFixture.leased;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Whoever has a connection for too long is named. */
class PoolLeakTest {

  private final PoolFixture fixture =
      PoolFixture.of(policy -> policy.maxSize(1).leakThreshold(Duration.ofMinutes(1)));

  /** The call that the log has to name. */
  private CompletableFuture<Lease<SimulatedConnection>> takeAndForget() {
    return fixture.acquire();
  }

  @Test
  void held_tooLong_isReportedOnceWithTheStackOfTheCall() {
    try (CapturedLog log = new CapturedLog()) {
      var lease = takeAndForget();
      fixture.millis(60_000 + 99); // 100 of them were waiting
      assertThat(log.failures()).isEmpty();
      fixture.minutes(30);
      assertThat(log.failures()).singleElement().asString().contains("was taken here");
      assertThat(fixture.listener.taken)
          .singleElement()
          .satisfies(
              taken ->
                  assertThat(taken.getStackTrace())
                      .anyMatch(frame -> frame.getMethodName().equals("takeAndForget")));
      assertThat(fixture.listener.of("heldTooLong")).containsExactly("heldTooLong PT1M");
      leased(lease).release();
    }
  }

  @Test
  void held_byTheNextOne_isReportedAgain() {
    try (CapturedLog log = new CapturedLog()) {
      fixture.acquireNow().release();
      fixture.minutes(2);
      assertThat(log.failures()).isEmpty();
      Lease<SimulatedConnection> first = fixture.acquireNow();
      fixture.seconds(61);
      first.release();
      Lease<SimulatedConnection> second = fixture.acquireNow();
      fixture.seconds(61);
      assertThat(log.failures()).hasSize(2);
      second.release();
    }
  }

  @Test
  void held_byDefault_costsNothingAndSaysNothing() {
    PoolFixture usual = PoolFixture.of(policy -> policy.maxSize(1));
    try (CapturedLog log = new CapturedLog()) {
      Lease<SimulatedConnection> lease = usual.acquireNow();
      usual.minutes(30);
      assertThat(log.failures()).isEmpty();
      lease.release();
    }
  }
}
