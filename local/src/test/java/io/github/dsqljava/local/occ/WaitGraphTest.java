package io.github.dsqljava.local.occ;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WaitGraphTest {
  @Test
  void inCircles_areOnlyThoseThatWaitForThemselves() {
    WaitGraph graph =
        new WaitGraph(
            Map.of(1, Set.of(2), 2, Set.of(3, 9), 3, Set.of(1), 4, Set.of(1), 5, Set.of()));
    assertThat(graph.inCircles()).containsExactlyInAnyOrder(1, 2, 3);
    assertThat(graph.blocking()).containsExactlyInAnyOrder(1, 2, 3, 9);
    assertThat(graph.waits(4)).isTrue();
    assertThat(graph.waits(9)).isFalse();
  }
}
