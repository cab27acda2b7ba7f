package io.github.dsqljava.testbase;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests reading the output of jdeps. */
class ClassGraphTest {
  private final ClassGraph graph =
      ClassGraph.of(
          """
             io.github.dsqljava.a.A    -> io.github.dsqljava.a.B    classes
             io.github.dsqljava.a.B$In -> io.github.dsqljava.b.C    classes
             io.github.dsqljava.b.C    -> io.github.dsqljava.a.A$In classes
             io.github.dsqljava.b.C    -> io.github.dsqljava.b.D    classes
             io.github.dsqljava.b.D    -> java.lang.Object          java.base
          """);

  @Test
  void circles_areFound() {
    assertThat(graph.circles())
        .containsExactly(
            Set.of("io.github.dsqljava.a.A", "io.github.dsqljava.a.B", "io.github.dsqljava.b.C"));
    assertThat(graph.circlesOfMoreThan(2)).hasSize(1);
    assertThat(graph.circlesOfMoreThan(3)).isEmpty();
  }

  @Test
  void packages_standForTheirClasses() {
    assertThat(graph.packages().circles())
        .containsExactly(Set.of("io.github.dsqljava.a", "io.github.dsqljava.b"));
  }

  @Test
  void reached_isWhatIsNeededByWhateverWay() {
    assertThat(graph.reachedFrom("io.github.dsqljava.a.A")).contains("io.github.dsqljava.b.D");
    assertThat(graph.reachedFrom("io.github.dsqljava.b.D")).isEmpty();
  }

  @Test
  void thisModule_isRead() {
    assertThat(ClassGraph.needsOfPackage("io.github.dsqljava.testbase")).contains("java.util");
    assertThat(ClassGraph.ofThisModule().circles()).isEmpty();
  }
}
