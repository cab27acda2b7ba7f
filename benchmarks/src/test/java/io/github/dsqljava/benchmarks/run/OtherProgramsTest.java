package io.github.dsqljava.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.benchmarks.result.MachineUse;
import io.github.dsqljava.benchmarks.run.OtherPrograms.Ticks;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class OtherProgramsTest {
  @Test
  void use_isOnAverage_andOfTheBusiestPeriod() {
    Queue<Ticks> clock =
        new ArrayDeque<>(
            List.of(
                new Ticks(1_000, 500),
                new Ticks(2_000, 510),
                new Ticks(3_000, 610),
                new Ticks(5_000, 612)));
    OtherPrograms others = new OtherPrograms(clock::remove, 0.02);
    others.look();
    others.look();

    MachineUse use = others.use();

    assertThat(use).isEqualTo(new MachineUse(0.02, 112 / 4_000.0, 0.1));
    assertThat(use.isQuiet()).isFalse();
    assertThat(use.line())
        .isEqualTo(
            "**The machine was not quiet.** Other programs: 2.0 % of the processors before the"
                + " run, 2.8 % during it, 10.0 % in its busiest half minute");
  }

  @Test
  void machineThatDoesNotTell() {
    MachineUse use = new OtherPrograms(() -> new Ticks(0, 0), 0).use();

    assertThat(use.line()).isEqualTo("Other programs: not known on this system");
    assertThat(use.isQuiet()).isTrue();
  }

  @Test
  void quietMachine() {
    Queue<Ticks> clock = new ArrayDeque<>(List.of(new Ticks(100, 5), new Ticks(1_100, 15)));

    MachineUse use = new OtherPrograms(clock::remove, 0.0).use();

    assertThat(use.line())
        .isEqualTo(
            "Other programs: 0.0 % of the processors before the run, 1.0 % during it, 1.0 % in its"
                + " busiest half minute");
  }
}
