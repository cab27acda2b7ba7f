package io.github.dsqljava;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What of this module needs what, by its compiled classes: no large circles. */
class ArchitectureTest {

  /** Below the module descriptor, if there is one: jdeps would look for the modules it names. */
  private static final Path CLASSES = Path.of("target", "classes", "io");

  private static final Pattern ARROW =
      Pattern.compile(
          "^ +(io\\.github\\.dsqljava\\S+) +-> (io\\.github\\.dsqljava\\S+)", Pattern.MULTILINE);

  /** Class by class, inner classes counted with their outer one. */
  private static Map<String, Set<String>> classes;

  @BeforeAll
  static void readClasses() {
    StringWriter out = new StringWriter();
    PrintWriter printer = new PrintWriter(out, true);
    int status =
        ToolProvider.findFirst("jdeps")
            .orElseThrow()
            .run(printer, printer, "-verbose:class", "-filter:none", CLASSES.toString());
    assertThat(status).as(out.toString()).isZero();
    classes = graph(out.toString());
    assertThat(classes).as("what jdeps tells").hasSizeGreaterThan(50);
  }

  @Test
  void classes_needEachOtherInCirclesOfThreeAtMost() {
    assertThat(circles(classes)).filteredOn(circle -> circle.size() > 3).isEmpty();
  }

  @Test
  void packages_needEachOtherInNoCircle() {
    Map<String, Set<String>> packages = new TreeMap<>();
    classes.forEach(
        (name, needs) -> needs.forEach(need -> add(packages, packageOf(name), packageOf(need))));
    assertThat(packages).as("packages").hasSizeGreaterThan(1);
    assertThat(circles(packages)).isEmpty();
  }

  /** What programs use does not lead to what adapters build on. */
  @Test
  void packagesOfPrograms_doNotNeedTheSpi() {
    String spi = "io.github.dsqljava.spi";
    assertThat(classes)
        .allSatisfy(
            (name, needs) -> {
              if (!name.startsWith(spi)) {
                assertThat(needs).as(name).noneMatch(need -> need.startsWith(spi));
              }
            });
  }

  @Test
  void circles_areFound() {
    String told =
        """
           io.github.dsqljava.a.A    -> io.github.dsqljava.a.B    classes
           io.github.dsqljava.a.B$In -> io.github.dsqljava.b.C    classes
           io.github.dsqljava.b.C    -> io.github.dsqljava.a.A$In classes
           io.github.dsqljava.b.C    -> io.github.dsqljava.b.D    classes
           io.github.dsqljava.b.D    -> java.lang.Object          java.base
        """;
    Map<String, Set<String>> graph = graph(told);
    assertThat(circles(graph))
        .containsExactly(
            Set.of("io.github.dsqljava.a.A", "io.github.dsqljava.a.B", "io.github.dsqljava.b.C"));
  }

  private static Map<String, Set<String>> graph(String told) {
    Map<String, Set<String>> graph = new TreeMap<>();
    for (MatchResult arrow : ARROW.matcher(told).results().toList()) {
      add(graph, outer(arrow.group(1)), outer(arrow.group(2)));
    }
    return graph;
  }

  private static void add(Map<String, Set<String>> graph, String from, String to) {
    if (!from.equals(to)) {
      graph.computeIfAbsent(from, name -> new TreeSet<>()).add(to);
    }
  }

  private static String outer(String name) {
    return name.replaceFirst("\\$.*", "");
  }

  private static String packageOf(String name) {
    return name.substring(0, name.lastIndexOf('.'));
  }

  /** The sets of nodes of which each one needs all the others, by whatever way. */
  private static Set<Set<String>> circles(Map<String, Set<String>> graph) {
    return graph.keySet().stream()
        .map(
            node ->
                reachable(graph, node).stream()
                    .filter(other -> reachable(graph, other).contains(node))
                    .collect(Collectors.toCollection(TreeSet::new)))
        .filter(circle -> !circle.isEmpty())
        .collect(Collectors.toSet());
  }

  private static Set<String> reachable(Map<String, Set<String>> graph, String start) {
    Set<String> reached = new HashSet<>();
    visit(graph, start, reached);
    return reached;
  }

  private static void visit(Map<String, Set<String>> graph, String node, Set<String> reached) {
    for (String next : graph.getOrDefault(node, Set.of())) {
      if (reached.add(next)) {
        visit(graph, next, reached);
      }
    }
  }
}
