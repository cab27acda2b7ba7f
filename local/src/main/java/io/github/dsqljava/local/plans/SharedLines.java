package io.github.dsqljava.local.plans;

import java.util.ArrayList;
import java.util.List;

/** Lines of a node's properties in text, several of which may share one. */
final class SharedLines {
  private SharedLines() {}

  /**
   * Returns the line that begins with a property; empty if it stands in another one, or nowhere.
   */
  static String of(PlanNode node, String name) {
    return switch (name) {
      case "Sort Method" ->
          "Sort Method: %s  %s: %skB"
              .formatted(
                  node.text(name), node.text("Sort Space Type"), node.text("Sort Space Used"));
      case "Full-sort Groups", "Pre-sorted Groups" -> groups(node, name);
      case "Hash Buckets" -> hash(node);
      case "Planned Partitions" -> hashAggregate(node);
      case "HashAgg Batches" -> node.has("Planned Partitions") ? "" : hashAggregate(node);
      case "Cache Hits" -> cache(node);
      case "Exact Heap Blocks" -> heapBlocks(node);
      case "Sampling Method" -> sampling(node);
      case "Sort Space Type",
          "Sort Space Used",
          "Hash Batches",
          "Original Hash Buckets",
          "Original Hash Batches",
          "Peak Memory Usage",
          "Disk Usage",
          "Cache Misses",
          "Cache Evictions",
          "Cache Overflows",
          "Lossy Heap Blocks",
          "Sampling Parameters",
          "Repeatable Seed" ->
          "";
      default ->
          node.properties().get(name) instanceof List<?>
              ? name + ": " + String.join(", ", node.texts(name))
              : name + ": " + node.text(name);
    };
  }

  private static String hash(PlanNode node) {
    boolean changed =
        !node.text("Hash Buckets").equals(node.text("Original Hash Buckets"))
            || !node.text("Hash Batches").equals(node.text("Original Hash Batches"));
    return "Buckets: "
        + node.text("Hash Buckets")
        + (changed ? " (originally " + node.text("Original Hash Buckets") + ")" : "")
        + "  Batches: "
        + node.text("Hash Batches")
        + (changed ? " (originally " + node.text("Original Hash Batches") + ")" : "")
        + "  Memory Usage: "
        + node.text("Peak Memory Usage")
        + "kB";
  }

  private static String hashAggregate(PlanNode node) {
    List<String> parts = new ArrayList<>();
    if (node.number("Planned Partitions") > 0) {
      parts.add("Planned Partitions: " + node.text("Planned Partitions"));
    }
    if (node.has("HashAgg Batches")) {
      parts.add("Batches: " + node.text("HashAgg Batches"));
      parts.add("Memory Usage: " + node.text("Peak Memory Usage") + "kB");
      if (node.number("HashAgg Batches") > 1) {
        parts.add("Disk Usage: " + node.text("Disk Usage") + "kB");
      }
    }
    return String.join("  ", parts);
  }

  private static String cache(PlanNode node) {
    return node.number("Cache Misses") == 0
        ? ""
        : "Hits: %s  Misses: %s  Evictions: %s  Overflows: %s  Memory Usage: %skB"
            .formatted(
                node.text("Cache Hits"),
                node.text("Cache Misses"),
                node.text("Cache Evictions"),
                node.text("Cache Overflows"),
                node.text("Peak Memory Usage"));
  }

  private static String heapBlocks(PlanNode node) {
    String line = "";
    if (node.number("Exact Heap Blocks") > 0) {
      line += " exact=" + node.text("Exact Heap Blocks");
    }
    if (node.number("Lossy Heap Blocks") > 0) {
      line += " lossy=" + node.text("Lossy Heap Blocks");
    }
    return line.isEmpty() ? "" : "Heap Blocks:" + line;
  }

  private static String sampling(PlanNode node) {
    String line =
        "Sampling: "
            + node.text("Sampling Method")
            + " ("
            + String.join(", ", node.texts("Sampling Parameters"))
            + ")";
    return node.has("Repeatable Seed")
        ? line + " REPEATABLE (" + node.text("Repeatable Seed") + ")"
        : line;
  }

  private static String groups(PlanNode node, String name) {
    PlanNode groups = node.node(name);
    List<String> methods = groups.texts("Sort Methods Used");
    StringBuilder line = new StringBuilder();
    line.append(name).append(": ").append(groups.text("Group Count"));
    line.append(methods.size() == 1 ? "  Sort Method: " : "  Sort Methods: ");
    line.append(String.join(", ", methods));
    for (String space : List.of("Memory", "Disk")) {
      Object found = groups.properties().get("Sort Space " + space);
      if (found != null) {
        PlanNode used = PlanNode.of(found);
        line.append("  Average ").append(space).append(": ");
        line.append(used.text("Average Sort Space Used")).append("kB  Peak ").append(space);
        line.append(": ").append(used.text("Peak Sort Space Used")).append("kB");
      }
    }
    return line.toString();
  }
}
