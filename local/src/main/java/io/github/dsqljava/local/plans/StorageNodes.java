package io.github.dsqljava.local.plans;

import java.util.List;
import java.util.Set;

/** Makes the nodes of the service's storage. They say how often they are run, also before that. */
final class StorageNodes {
  /** How often it is run; once as long as nobody has run it. */
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
   * @param kind what name it has: {@code Index Name} or {@code Relation Name}
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

  /** Leaves out how many rows it reads: with a filter above it that is not known. */
  static void forgetRows(PlanNode node) {
    node.remove("Plan Rows");
    node.remove("Plan Width");
  }
}
