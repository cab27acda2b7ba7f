package io.github.dsqljava.benchmarks.result;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void of_oddCount_givesTheMiddle() {
    assertThat(Spread.of(5, 1, 3, 2, 4)).isEqualTo(new Spread(1, 2, 3, 4, 5));
  }

  @Test
  void of_evenCount_interpolates() {
    assertThat(Spread.of(1, 2, 3, 4)).isEqualTo(new Spread(1, 1.75, 2.5, 3.25, 4));
  }

  @Test
  void of_nothing_isNotANumber() {
    assertThat(Spread.of().median()).isNaN();
  }
}
