package io.github.dsqljava.local;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.testbase.ClassGraph;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Which room of dsql-local needs which, by the compiled classes: the arrows of
 * docs/architecture.md, and no large circles.
 */
class ArchitectureTest {

  private static final ClassGraph CLASSES = ClassGraph.ofThisModule();

  private static final String API = "io.github.dsqljava.local";

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

  @Test
  void classes_areRead() {
    assertThat(CLASSES.needs()).as("what jdeps tells").hasSizeGreaterThan(150);
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

  /** An arrow that nobody needs any more has to go from the table, too. */
  @Test
  void packages_needWhatTheTableSays() {
    Map<String, Set<String>> found = new TreeMap<>();
    ARROWS.keySet().forEach(name -> found.put(name, new TreeSet<>()));
    CLASSES
        .packages()
        .needs()
        .forEach(
            (name, needs) ->
                needs.forEach(
                    need ->
                        found.computeIfAbsent(room(name), r -> new TreeSet<>()).add(room(need))));
    Set<String> ofTheApi = found.remove("");
    assertThat(found).isEqualTo(ARROWS);
    assertThat(ofTheApi).isSubsetOf(ARROWS.keySet()).doesNotContain("cli", "conformance", "demo");
  }

  /** They relay bytes. */
  @Test
  void legsOfTheFrontEnd_knowNoStatement() {
    for (String leg : Set.of("Leg", "ClientLeg", "BackendLeg")) {
      Set<String> reached = CLASSES.reachedFrom(API + ".frontend." + leg);
      assertThat(Path.of("target/classes/io/github/dsqljava/local/frontend", leg + ".class"))
          .exists();
      assertThat(reached.stream().map(ClassGraph::packageOf).map(ArchitectureTest::room))
          .as("%s, whatever is between", leg)
          .doesNotContain("sql", "dialect", "request", "session", "occ");
    }
  }

  /** The name of a package below that of the API, which is the empty one. */
  private static String room(String name) {
    return name.equals(API) ? "" : name.substring(API.length() + 1);
  }
}
