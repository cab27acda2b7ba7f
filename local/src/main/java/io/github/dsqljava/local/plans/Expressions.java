package io.github.dsqljava.local.plans;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The properties of a node that are SQL. */
final class Expressions {
  /** Conditions of a scan, which PostgreSQL writes in its own way. */
  static final Set<String> OF_SCANS =
      Set.of("Index Cond", "Order By", "Filter", "Recheck Cond", "TID Cond");

  /** All others. */
  private static final Set<String> OTHERS =
      Set.of(
          "Output",
          "Sort Key",
          "Presorted Key",
          "Group Key",
          "One-Time Filter",
          "Run Condition",
          "Join Filter",
          "Merge Cond",
          "Hash Cond",
          "Cache Key",
          "Conflict Filter",
          "Function Call",
          "Table Function Call",
          "Sampling Parameters",
          "Repeatable Seed");

  private Expressions() {}

  static void replaceOfScan(PlanNode node, UnaryOperator<String> replacement) {
    OF_SCANS.forEach(name -> node.replaceTexts(name, replacement));
  }

  /** Returns all expressions of one node except for its output. */
  static List<String> conditions(PlanNode node) {
    List<String> conditions = new ArrayList<>();
    PlanNode rest = new PlanNode(new LinkedHashMap<>(node.properties()));
    rest.remove("Output");
    replaceAll(
        rest,
        text -> {
          conditions.add(text);
          return text;
        });
    return conditions;
  }

  /** Replaces all expressions of one node. */
  static void replaceAll(PlanNode node, UnaryOperator<String> replacement) {
    replaceOfScan(node, replacement);
    OTHERS.forEach(name -> node.replaceTexts(name, replacement));
    if (node.has("Grouping Sets")) {
      List<PlanNode> sets = node.nodes("Grouping Sets");
      for (PlanNode set : sets) {
        set.replaceTexts("Sort Key", replacement);
        replaceKeys(set, "Group Keys", replacement);
        replaceKeys(set, "Hash Keys", replacement);
      }
      node.put("Grouping Sets", sets);
    }
  }

  private static void replaceKeys(PlanNode set, String name, UnaryOperator<String> replacement) {
    if (set.properties().get(name) instanceof List<?> keys) {
      List<Object> replaced = new ArrayList<>();
      for (Object key : keys) {
        replaced.add(((List<?>) key).stream().map(Object::toString).map(replacement).toList());
      }
      set.put(name, (Object) replaced);
    }
  }
}
