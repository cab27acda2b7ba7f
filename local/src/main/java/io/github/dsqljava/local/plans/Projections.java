package io.github.dsqljava.local.plans;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The columns that scans need of their tables. PostgreSQL's scans return whole rows where that is
 * cheaper for it, so the expressions of the node above count.
 */
final class Projections {
  /** Columns that the service's tables lack or that no client can select. */
  private static final Set<String> SYSTEM_COLUMNS =
      Set.of("ctid", "tableoid", "xmin", "xmax", "cmin", "cmax", "*");

  /** Nodes that hand on the rows of their child unchanged. */
  private static final Set<String> HANDS_ON =
      Set.of(
          "Hash",
          "Sort",
          "Incremental Sort",
          "Materialize",
          "Memoize",
          "Limit",
          "Unique",
          "Gather",
          "Gather Merge",
          "LockRows");

  private static final Set<String> MAKES_ROWS =
      Set.of(
          "Nested Loop",
          "Merge Join",
          "Hash Join",
          "Aggregate",
          "Group",
          "WindowAgg",
          "ProjectSet");

  private final boolean single;
  private final IdentityHashMap<Map<String, Object>, List<String>> byNode = new IdentityHashMap<>();

  /**
   * @param plan in PostgreSQL's form, with all details
   * @param single whether the plan is about one table; then columns in outputs have no qualifier
   */
  Projections(PlanNode plan, boolean single) {
    this.single = single;
    collect(plan, null);
  }

  List<String> of(PlanNode scan) {
    return byNode.getOrDefault(scan.properties(), List.of());
  }

  /**
   * @param needed the expressions above that use the node's columns; null if all of them are needed
   */
  private void collect(PlanNode node, @Nullable List<String> needed) {
    if (node.has("Alias")) {
      byNode.put(node.properties(), columns(node, needed));
    }
    List<String> below =
        HANDS_ON.contains(node.type())
            ? needed
            : MAKES_ROWS.contains(node.type()) ? expressions(node) : null;
    for (PlanNode child : node.children()) {
      boolean ofSubquery = child.has("Subplan Name");
      collect(child, ofSubquery ? null : below);
    }
  }

  /**
   * Returns a node's output and all conditions in it and below it, as a join may hand values down.
   */
  private static List<String> expressions(PlanNode node) {
    List<String> expressions = new ArrayList<>(node.texts("Output"));
    conditions(node, expressions);
    return expressions;
  }

  private static void conditions(PlanNode node, List<String> expressions) {
    for (String condition : Expressions.conditions(node)) {
      if (!isOwn(condition, node)) {
        expressions.add(condition);
      }
    }
    node.children().forEach(child -> conditions(child, expressions));
  }

  /** Whether a condition is on the table of its own scan only; then nodes above do not need it. */
  private static boolean isOwn(String condition, PlanNode node) {
    return node.has("Alias")
        && Qualifiers.tables(condition).stream().allMatch(node.text("Alias")::equals);
  }

  private List<String> columns(PlanNode scan, @Nullable List<String> needed) {
    String table = scan.text("Alias");
    Set<String> columns = new LinkedHashSet<>();
    scan.texts("Output").forEach(text -> columns.addAll(columns(text, table)));
    if (needed != null) {
      Set<String> used = new LinkedHashSet<>();
      needed.forEach(text -> used.addAll(columns(text, table)));
      if (!used.contains("*")) {
        columns.retainAll(used);
      }
    }
    String filter = scan.text("Filter");
    if (!PushedDown.is(filter, table)) {
      columns.addAll(Qualifiers.columns(filter, table));
    }
    columns.removeAll(SYSTEM_COLUMNS);
    return List.copyOf(columns);
  }

  /** Finds columns with and without a qualifier: conditions qualify even the only table's. */
  private List<String> columns(String expression, String table) {
    List<String> columns = new ArrayList<>(Qualifiers.columns(expression, table));
    if (single) {
      columns.addAll(BareColumns.of(expression));
    }
    return columns;
  }
}
