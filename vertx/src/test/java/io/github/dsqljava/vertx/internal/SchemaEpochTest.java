package io.github.dsqljava.vertx.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SchemaEpochTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
  private final SchemaEpoch epoch = new SchemaEpoch(clock::get);

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  @Test
  void firstSign_beginsAnother() {
    assertThat(epoch.raise(0)).isEqualTo(1);
    assertThat(epoch.current()).isEqualTo(1);
  }

  @Test
  void signOfAnEpochThatIsOver_changesNothing() {
    epoch.raise(0);
    pass(Duration.ofSeconds(1));
    assertThat(epoch.raise(0)).isEqualTo(1);
  }

  @Test
  void signsOneAfterTheOther_doNotKeepAllBusy() {
    epoch.raise(0);
    pass(Duration.ofMillis(99));
    assertThat(epoch.raise(1)).isEqualTo(1);
    pass(Duration.ofMillis(1));
    assertThat(epoch.raise(1)).isEqualTo(2);
  }
}
