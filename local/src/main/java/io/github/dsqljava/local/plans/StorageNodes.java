package io.github.dsqljava.local.plans;

import java.util.List;
import java.util.Set;

/**
 * Makes the nodes of the service's storage. They show a number of loops even in a plan that has not
 * run.
 */
final class StorageNodes {
  /** The property for the number of runs; 1 in a plan that has not run. */
  static final String LOOPS = "Loops";

  private static final Set<String> TYPES =
      Set.of("Storage Scan", "B-Tree Scan", "Storage Lookup", "B-Tree Lookup");

  private static final List<String> ESTIMATES =
      List.of("Startup Cost", "Total Cost", "Plan Rows", "Plan Width");

  private StorageNodes() {}

  static boolean isOne(PlanNode node) {
    return TYPES.contains(node.type());
  }

  /**
   * Makes a node below a scan of PostgreSQL's.
   *
   * @param kind the property with its name: {@code Index Name} or {@code Relation Name}
   */
  static PlanNode of(PlanNode scan, String type, String kind) {
    PlanNode node = new PlanNode();
    node.put("Node Type", type);
    node.put("Parent Relationship", "Outer");
    node.take(kind, scan);
    ESTIMATES.forEach(name -> node.take(name, scan));
    Object loops = scan.properties().get("Actual Loops");
    node.put(LOOPS, loops == null ? new Json.Literal("1") : loops);
    return node;
  }

  /** Removes the estimate of rows, which is unknown below a filter. */
  static void forgetRows(PlanNode node) {
    node.remove("Plan Rows");
    node.remove("Plan Width");
  }
}
