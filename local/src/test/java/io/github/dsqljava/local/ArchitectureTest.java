package io.github.dsqljava.local;

import static java.util.Map.entry;
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

/**
 * Which room of dsql-local needs which, by the compiled classes: the arrows of
 * docs/architecture.md, and no large circles.
 */
class ArchitectureTest {

  private static final Path CLASSES = Path.of("target", "classes", "io");

  private static final String API = "io.github.dsqljava.local";

  private static final Pattern ARROW =
      Pattern.compile(
          "^ +(io\\.github\\.dsqljava\\S+) +-> (io\\.github\\.dsqljava\\S+)", Pattern.MULTILINE);

  /** What a package uses; the API, which puts all together, may use everything but the program. */
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          entry("cli", Set.of("", "conformance", "demo", "iam", "limits", "catalog")),
          // A client of the cluster as well.
          entry("demo", Set.of("conformance.wire")),
          // Asks a cluster from outside, and knows nothing of how this one is made.
          entry("conformance", Set.of("conformance.script", "conformance.wire", "iam", "protocol")),
          entry("conformance.script", Set.of()),
          entry("conformance.wire", Set.of("protocol")),
          // Of the dialect only which settings there are: a startup packet sets some.
          entry(
              "frontend",
              Set.of("dialect", "faults", "iam", "journal", "limits", "protocol", "tls")),
          entry(
              "session",
              Set.of(
                  "catalog",
                  "dialect",
                  "faults",
                  "jobs",
                  "journal",
                  "limits",
                  "occ",
                  "plans",
                  "protocol",
                  "request")),
          entry("jobs", Set.of("occ", "postgres", "protocol", "request")),
          entry("occ", Set.of("dialect", "postgres", "protocol", "request", "sql")),
          entry("catalog", Set.of("dialect", "postgres", "protocol", "request", "sql")),
          entry("plans", Set.of("dialect", "protocol", "request", "sql")),
          entry("faults", Set.of("dialect", "protocol", "request", "sql")),
          entry("request", Set.of("dialect", "protocol")),
          entry("dialect", Set.of("sql")),
          entry("postgres", Set.of("limits")),
          entry("iam", Set.of()),
          entry("journal", Set.of()),
          entry("limits", Set.of()),
          entry("protocol", Set.of()),
          entry("sql", Set.of()),
          entry("tls", Set.of()));

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
    assertThat(classes).as("what jdeps tells").hasSizeGreaterThan(150);
  }

  @Test
  void classes_needEachOtherInCirclesOfThreeAtMost() {
    assertThat(circles(classes)).filteredOn(circle -> circle.size() > 3).isEmpty();
  }

  @Test
  void packages_needEachOtherInNoCircle() {
    assertThat(circles(packages())).isEmpty();
  }

  /** An arrow that nobody needs any more has to go from the table, too. */
  @Test
  void packages_needWhatTheTableSays() {
    Map<String, Set<String>> found = new TreeMap<>();
    ARROWS.keySet().forEach(name -> found.put(name, new TreeSet<>()));
    packages().forEach((name, needs) -> needs.forEach(need -> add(found, room(name), room(need))));
    Set<String> ofTheApi = found.remove("");
    assertThat(found).isEqualTo(ARROWS);
    assertThat(ofTheApi).isSubsetOf(ARROWS.keySet()).doesNotContain("cli", "conformance", "demo");
  }

  /** They relay bytes. */
  @Test
  void legsOfTheFrontEnd_knowNoStatement() {
    for (String leg : Set.of("Leg", "ClientLeg", "BackendLeg")) {
      Set<String> reached = new HashSet<>();
      visit(classes, API + ".frontend." + leg, reached);
      assertThat(CLASSES.resolve("github/dsqljava/local/frontend/" + leg + ".class")).exists();
      assertThat(reached.stream().map(ArchitectureTest::packageOf).map(ArchitectureTest::room))
          .as("%s, whatever is between", leg)
          .doesNotContain("sql", "dialect", "request", "session", "occ");
    }
  }

  private static Map<String, Set<String>> packages() {
    Map<String, Set<String>> packages = new TreeMap<>();
    classes.forEach(
        (name, needs) -> needs.forEach(need -> add(packages, packageOf(name), packageOf(need))));
    return packages;
  }

  /** The name of a package below that of the API, which is the empty one. */
  private static String room(String name) {
    return name.equals(API) ? "" : name.substring(API.length() + 1);
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
