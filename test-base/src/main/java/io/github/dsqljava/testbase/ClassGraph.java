package io.github.dsqljava.testbase;

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

/**
 * The dependencies between our compiled classes. Inner classes count with their outer one.
 *
 * @param needs for each class, or package, the others that it needs
 */
public record ClassGraph(Map<String, Set<String>> needs) {
  private static final String OURS = "io\\.github\\.dsqljava\\S+";

  /**
   * A directory without the module descriptor, because jdeps would look for the modules it names.
   */
  private static final Path CLASSES = Path.of("target", "classes", "io");

  /** Returns the graph of the module in whose directory this process runs. */
  public static ClassGraph ofThisModule() {
    return read("-verbose:class", OURS);
  }

  /**
   * Returns the packages that a package of this module needs, including other modules' and the
   * JDK's.
   *
   * @param name the full name of the package
   */
  public static Set<String> needsOfPackage(String name) {
    return read("-verbose:package", "\\S+").needs.getOrDefault(name, Set.of());
  }

  private static ClassGraph read(String detail, String wanted) {
    StringWriter out = new StringWriter();
    PrintWriter printer = new PrintWriter(out, true);
    int status =
        ToolProvider.findFirst("jdeps")
            .orElseThrow()
            .run(printer, printer, detail, "-filter:none", CLASSES.toString());
    if (status != 0) {
      throw new AssertionError(out.toString());
    }
    return of(out.toString(), wanted);
  }

  /**
   * Returns the graph in the output of jdeps.
   *
   * @param told lines such as {@code a.A -> b.B}
   */
  static ClassGraph of(String told) {
    return of(told, OURS);
  }

  private static ClassGraph of(String told, String wanted) {
    Map<String, Set<String>> graph = new TreeMap<>();
    Pattern arrow = Pattern.compile("^ +(" + OURS + ") +-> (" + wanted + ")", Pattern.MULTILINE);
    for (MatchResult match : arrow.matcher(told).results().toList()) {
      add(graph, outer(match.group(1)), outer(match.group(2)));
    }
    return new ClassGraph(graph);
  }

  /** Returns the graph of the packages. */
  public ClassGraph packages() {
    Map<String, Set<String>> packages = new TreeMap<>();
    needs.forEach(
        (name, needed) -> needed.forEach(need -> add(packages, packageOf(name), packageOf(need))));
    return new ClassGraph(packages);
  }

  /** Returns the sets of nodes that all need each other, directly or through others. */
  public Set<Set<String>> circles() {
    return needs.keySet().stream()
        .map(
            node ->
                reachedFrom(node).stream()
                    .filter(other -> reachedFrom(other).contains(node))
                    .collect(Collectors.toCollection(TreeSet::new)))
        .filter(circle -> !circle.isEmpty())
        .collect(Collectors.toSet());
  }

  /** Returns the circles of more than this number of nodes. */
  public Set<Set<String>> circlesOfMoreThan(int nodes) {
    return circles().stream().filter(circle -> circle.size() > nodes).collect(Collectors.toSet());
  }

  /** Returns all nodes that a node needs, directly or through others. */
  public Set<String> reachedFrom(String start) {
    Set<String> reached = new HashSet<>();
    visit(start, reached);
    return reached;
  }

  private void visit(String node, Set<String> reached) {
    for (String next : needs.getOrDefault(node, Set.of())) {
      if (reached.add(next)) {
        visit(next, reached);
      }
    }
  }

  /** Returns the package of a class. */
  public static String packageOf(String name) {
    return name.substring(0, name.lastIndexOf('.'));
  }

  private static void add(Map<String, Set<String>> graph, String from, String to) {
    if (!from.equals(to)) {
      graph.computeIfAbsent(from, name -> new TreeSet<>()).add(to);
    }
  }

  private static String outer(String name) {
    return name.replaceFirst("\\$.*", "");
  }
}
