package io.github.dsqljava.local.plans;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Removes the parts of a plan that PostgreSQL shows only with VERBOSE. The client has not asked for
 * them, but dsql-local needs them to know the output of scans. PostgreSQL leaves out the names of
 * tables, too: in the conditions of a scan that of its own table, and everywhere if there is only
 * one table.
 */
final class Reduction {
  private static final Set<String> VERBOSE_ONLY =
      Set.of("Output", "Schema", "Function Call", "Table Function Call", "Query Identifier");

  private final boolean single;
  private final boolean text;

  /**
   * @param single whether the statement reads one table only
   * @param text whether it is for the format TEXT, which has less
   */
  Reduction(boolean single, boolean text) {
    this.single = single;
    this.text = text;
  }

  /**
   * Reduces one node, not those below it.
   *
   * @param table the name that the plan has for the table that it scans; empty if it scans none
   */
  void reduce(PlanNode node, String table) {
    VERBOSE_ONLY.forEach(node::remove);
    workers(node);
    if (text) {
      node.remove("Inner Unique");
    }
    if (single) {
      Expressions.replaceAll(node, expression -> Qualifiers.replace(expression, any -> ""));
    } else if (!table.isEmpty() && !node.type().equals("Subquery Scan")) {
      Expressions.replaceOfScan(
          node, expression -> Qualifiers.replace(expression, any -> any.equals(table) ? "" : null));
    }
  }

  /**
   * Whether a plan is about one table only. Then PostgreSQL does not qualify columns in outputs,
   * not even with VERBOSE; a whole row shows as the table's name. The result does not matter for a
   * plan without columns.
   */
  static boolean hasSingleTable(PlanNode plan) {
    return plan.texts("Output").stream().noneMatch(Qualifiers::namesTable)
        && plan.children().stream().allMatch(Reduction::hasSingleTable);
  }

  /** Returns the same name for a node, if it is known for the node above it. */
  static String table(PlanNode node, String above) {
    return node.type().startsWith("Bitmap") && !node.has("Alias") ? above : node.text("Alias");
  }

  private static void workers(PlanNode node) {
    if (!node.has("Workers")) {
      return;
    }
    List<PlanNode> rest = new ArrayList<>();
    for (PlanNode worker : node.nodes("Workers")) {
      Usage usage = new Usage();
      for (String name : List.copyOf(worker.properties().keySet())) {
        if (name.startsWith("Actual ") || usage.takes(worker, name)) {
          worker.remove(name);
        }
      }
      if (worker.properties().size() > 1) {
        rest.add(worker);
      }
    }
    node.put("Workers", rest);
  }
}
