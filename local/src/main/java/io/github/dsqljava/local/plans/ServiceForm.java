package io.github.dsqljava.local.plans;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Turns PostgreSQL's plan into the service's: a node that scans a table gets the nodes of the
 * storage below it. Facts that only the service knows, such as the rows that its storage has read,
 * are left out.
 */
final class ServiceForm {
  static final String FULL_SCAN = "Full Scan (btree-table)";
  static final String BATCHED_JOIN = "Nested Loop (Batched Join)";

  private static final Set<String> INDEX_SCANS = Set.of("Index Scan", "Index Only Scan");

  /** Schemas whose relations have an unknown form in the service's plans. */
  private static final Set<String> NOT_STORED =
      Set.of("", "pg_catalog", "information_schema", "pg_toast", "sys");

  private final Reduction reduction;
  private final boolean verbose;
  private final Projections projections;
  private final Set<String> primaryKeys;

  /**
   * @param verbose whether the client has asked for details
   * @param reduction applied if not
   * @param projections the columns that scans need
   * @param primaryKeys see {@link Surroundings}
   */
  ServiceForm(
      boolean verbose, Reduction reduction, Projections projections, Set<String> primaryKeys) {
    this.projections = projections;
    this.verbose = verbose;
    this.primaryKeys = primaryKeys;
    this.reduction = reduction;
  }

  /** Turns a node and all below it. */
  void apply(PlanNode plan) {
    apply(plan, "");
  }

  private void apply(PlanNode node, String above) {
    String table = Reduction.table(node, above);
    List<PlanNode> children = node.children();
    String lookedUp = side(children, "Inner").text("Index Cond");
    children.forEach(child -> apply(child, table));
    boolean stored = node.has("Relation Name") && !NOT_STORED.contains(node.text("Schema"));
    String schema = node.text("Schema");
    List<String> columns = projections.of(node);
    if (!verbose) {
      reduction.reduce(node, table);
    }
    switch (node.type()) {
      case "Seq Scan" -> {
        if (stored) {
          node.put("Schema", schema);
          fullScan(node, columns);
        }
      }
      case "Index Only Scan" -> {
        if (stored) {
          indexOnlyScan(node, columns);
        }
      }
      case "Index Scan" -> {
        if (stored && primaryKeys.contains(schema + '\0' + node.text("Index Name"))) {
          // It includes all columns.
          node.put("Node Type", (Object) "Index Only Scan");
          indexOnlyScan(node, columns);
        } else if (stored) {
          indexScan(node, columns);
        }
      }
      case "Nested Loop" -> batchedJoin(node, children, lookedUp);
      default -> {}
    }
  }

  private void fullScan(PlanNode node, List<String> columns) {
    node.put("Node Type", FULL_SCAN);
    PlanNode tree = StorageNodes.of(node, "B-Tree Scan", "Relation Name");
    PlanNode storage = StorageNodes.of(node, "Storage Scan", "Relation Name");
    project(storage, columns);
    pushDown(node, storage, tree);
    storage.put(PlanNode.PLANS, List.of(tree));
    addBelow(node, List.of(storage));
  }

  private void indexOnlyScan(PlanNode node, List<String> columns) {
    node.remove("Heap Fetches");
    PlanNode tree = StorageNodes.of(node, "B-Tree Scan", "Index Name");
    tree.take("Index Cond", node);
    PlanNode storage = StorageNodes.of(node, "Storage Scan", "Index Name");
    project(storage, columns);
    pushDown(node, storage, tree);
    storage.put(PlanNode.PLANS, List.of(tree));
    addBelow(node, List.of(storage));
  }

  private void indexScan(PlanNode node, List<String> columns) {
    PlanNode tree = StorageNodes.of(node, "B-Tree Scan", "Index Name");
    tree.take("Index Cond", node);
    PlanNode storage = StorageNodes.of(node, "Storage Scan", "Index Name");
    PlanNode lookedUp = StorageNodes.of(node, "B-Tree Lookup", "Relation Name");
    PlanNode lookup = StorageNodes.of(node, "Storage Lookup", "Relation Name");
    project(lookup, columns);
    if (pushDown(node, lookup, lookedUp)) {
      StorageNodes.forgetRows(tree);
      StorageNodes.forgetRows(storage);
    }
    storage.put(PlanNode.PLANS, List.of(tree));
    lookup.put(PlanNode.PLANS, List.of(lookedUp));
    addBelow(node, List.of(storage, lookup));
  }

  private static void project(PlanNode storage, List<String> columns) {
    if (!columns.isEmpty()) {
      storage.put("Projections", (Object) columns);
    }
  }

  /**
   * Moves a filter to the storage, if possible; then the number of rows that it reads is unknown.
   */
  private static boolean pushDown(PlanNode node, PlanNode storage, PlanNode tree) {
    if (!node.has("Filter") || !PushedDown.is(node.text("Filter"), node.text("Alias"))) {
      return false;
    }
    storage.put("Filters", (Object) node.text("Filter"));
    node.remove("Filter");
    node.remove("Rows Removed by Filter");
    StorageNodes.forgetRows(tree);
    return true;
  }

  /** Plans of subqueries in its conditions stay behind what it scans. */
  private static void addBelow(PlanNode node, List<PlanNode> scanned) {
    List<PlanNode> below = new ArrayList<>(scanned);
    below.addAll(node.children());
    node.put(PlanNode.PLANS, below);
  }

  /** The rows of the outer side look up those of the inner one, many at once. */
  private static void batchedJoin(PlanNode node, List<PlanNode> children, String condition) {
    PlanNode outer = side(children, "Outer");
    PlanNode inner = side(children, "Inner");
    if (!node.text("Join Type").equals("Inner") || !INDEX_SCANS.contains(inner.type())) {
      return;
    }
    Set<String> outerTables = new LinkedHashSet<>();
    tables(outer, outerTables);
    if (!stored(inner) || Qualifiers.tables(condition).stream().noneMatch(outerTables::contains)) {
      return;
    }
    node.put("Node Type", BATCHED_JOIN);
    String place = node.has("Join Filter") ? "Join Filter" : PlanNode.PLANS;
    node.putBefore(place, "Recheck Cond", condition);
  }

  private static boolean stored(PlanNode scan) {
    return scan.children().stream().anyMatch(StorageNodes::isOne);
  }

  private static void tables(PlanNode node, Set<String> tables) {
    if (node.has("Alias")) {
      tables.add(node.text("Alias"));
    }
    node.children().forEach(child -> tables(child, tables));
  }

  private static PlanNode side(List<PlanNode> children, String side) {
    return children.stream()
        .filter(child -> child.text("Parent Relationship").equals(side))
        .findFirst()
        .orElseGet(PlanNode::new);
  }
}
