package io.github.dsqljava.local.plans;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Writes a plan as PostgreSQL 16 does in text, and storage nodes as the service does. PostgreSQL's
 * explain.c writes JSON and text in the same order, so properties are written as they come; those
 * that share a line are written at the first of them.
 */
final class PlanText {
  /** Properties in the first line of a node, implied by its words, or absent in text format. */
  private static final Set<String> IN_TITLE =
      Set.of(
          "Node Type",
          "Strategy",
          "Partial Mode",
          "Operation",
          "Parent Relationship",
          "Subplan Name",
          "Parallel Aware",
          "Async Capable",
          "Join Type",
          "Scan Direction",
          "Index Name",
          "Relation Name",
          "Function Name",
          "Table Function Name",
          "CTE Name",
          "Tuplestore Name",
          "Schema",
          "Alias",
          "Command",
          "Startup Cost",
          "Total Cost",
          "Plan Rows",
          "Plan Width",
          "Actual Startup Time",
          "Actual Total Time",
          "Actual Rows",
          "Actual Loops",
          StorageNodes.LOOPS,
          PlanNode.PLANS);

  /** Properties that text format omits if they are zero or false. */
  private static final Set<String> IF_ANY =
      Set.of(
          "Rows Removed by Filter",
          "Rows Removed by Index Recheck",
          "Rows Removed by Join Filter",
          "Rows Removed by Conflict Filter",
          "Subplans Removed",
          "Inner Unique",
          "Single Copy");

  private final List<String> lines = new ArrayList<>();

  private PlanText() {}

  /** Returns the lines of an explained statement: its plan, and what stands behind it. */
  static List<String> of(PlanNode explained) {
    PlanText text = new PlanText();
    text.node(explained.node("Plan"), 0);
    for (String name : explained.properties().keySet()) {
      text.summary(explained, name);
    }
    return text.lines;
  }

  private void summary(PlanNode explained, String name) {
    switch (name) {
      case "Plan", "Triggers" -> {}
      case "Settings" -> {
        PlanNode settings = explained.node(name);
        List<String> all = new ArrayList<>();
        settings.properties().forEach((key, value) -> all.add(key + " = '" + value + "'"));
        add(0, "Settings: " + String.join(", ", all));
      }
      case "Planning" -> {
        List<String> usage = Usage.lines(explained.node(name));
        if (!usage.isEmpty()) {
          add(0, "Planning:");
          usage.forEach(line -> add(1, line));
        }
      }
      case "Planning Time", "Execution Time" -> add(0, name + ": " + explained.text(name) + " ms");
      case DpuEstimate.NAME -> {
        add(0, name + ":");
        explained
            .node(name)
            .properties()
            .forEach((key, value) -> add(1, key + ": " + value + DpuEstimate.unit(value)));
      }
      default -> add(0, name + ": " + explained.text(name));
    }
  }

  private void add(int indent, String line) {
    lines.add("  ".repeat(indent) + line);
  }

  /**
   * @param indent of its arrow; 0 for the top
   */
  private void node(PlanNode node, int indent) {
    int depth = indent;
    if (node.has("Subplan Name")) {
      add(depth++, node.text("Subplan Name"));
    }
    String title = NodeTitle.of(node) + Estimates.of(node);
    if (StorageNodes.isOne(node)) {
      add(depth, "-> " + title);
      depth += 2;
    } else if (depth > 0) {
      add(depth, "->  " + title);
      depth += 3;
    } else {
      add(depth, title);
      depth++;
    }
    properties(node, depth);
    for (PlanNode child : node.children()) {
      node(child, depth);
    }
  }

  private void properties(PlanNode node, int indent) {
    Usage usage = new Usage();
    for (String name : node.properties().keySet()) {
      if (IN_TITLE.contains(name) || usage.takes(node, name)) {
        continue;
      }
      if (IF_ANY.contains(name)
          && (node.text(name).equals("0") || node.text(name).equals("false"))) {
        continue;
      }
      switch (name) {
        case "Workers" -> {
          usage.lines().forEach(line -> add(indent, line));
          usage = new Usage();
          node.nodes(name).forEach(worker -> worker(worker, indent));
        }
        case "Grouping Sets" -> groupingSets(node, indent);
        default -> {
          String line = SharedLines.of(node, name);
          if (!line.isEmpty()) {
            add(indent, line);
          }
        }
      }
    }
    usage.lines().forEach(line -> add(indent, line));
  }

  /** The first of its lines stands behind its number. */
  private void worker(PlanNode worker, int indent) {
    PlanText own = new PlanText();
    if (worker.has("Actual Loops")) {
      own.add(0, Estimates.actual(worker));
    }
    PlanNode rest = new PlanNode();
    worker.properties().forEach(rest::put);
    rest.remove("Worker Number");
    own.properties(rest, 0);
    for (int i = 0; i < own.lines.size(); i++) {
      String line = own.lines.get(i);
      if (i == 0) {
        add(indent, "Worker " + worker.text("Worker Number") + ":  " + line);
      } else {
        add(indent + 1, line);
      }
    }
  }

  private void groupingSets(PlanNode node, int indent) {
    for (PlanNode set : node.nodes("Grouping Sets")) {
      int depth = indent;
      if (set.has("Sort Key")) {
        add(depth++, "Sort Key: " + String.join(", ", set.texts("Sort Key")));
      }
      for (String name : List.of("Group Keys", "Hash Keys")) {
        if (set.properties().get(name) instanceof List<?> keys) {
          String label = name.substring(0, name.length() - 1);
          for (Object key : keys) {
            List<String> columns = ((List<?>) key).stream().map(Object::toString).toList();
            add(depth, label + ": " + (columns.isEmpty() ? "()" : String.join(", ", columns)));
          }
        }
      }
    }
  }
}
