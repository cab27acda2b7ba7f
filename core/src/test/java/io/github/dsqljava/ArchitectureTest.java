package io.github.dsqljava;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.testbase.ClassGraph;
import org.junit.jupiter.api.Test;

/** What of this module needs what, by its compiled classes: no large circles. */
class ArchitectureTest {
  private static final ClassGraph CLASSES = ClassGraph.ofThisModule();

  @Test
  void classes_areRead() {
    assertThat(CLASSES.needs()).as("what jdeps tells").hasSizeGreaterThan(50);
    assertThat(CLASSES.packages().needs()).as("packages").hasSizeGreaterThan(1);
  }

  @Test
  void classes_needEachOtherInCirclesOfThreeAtMost() {
    assertThat(CLASSES.circlesOfMoreThan(3)).isEmpty();
  }

  @Test
  void packages_needEachOtherInNoCircle() {
    assertThat(CLASSES.packages().circles()).isEmpty();
  }

  /** What programs use does not lead to what adapters build on. */
  @Test
  void packagesOfPrograms_doNotNeedTheSpi() {
    String spi = "io.github.dsqljava.spi";
    assertThat(CLASSES.needs())
        .allSatisfy(
            (name, needs) -> {
              if (!name.startsWith(spi)) {
                assertThat(needs).as(name).noneMatch(need -> need.startsWith(spi));
              }
            });
  }
}
