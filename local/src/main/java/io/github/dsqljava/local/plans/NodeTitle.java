package io.github.dsqljava.local.plans;

import java.util.List;
import java.util.Set;

/** The first words of a node in a plan in text: what it is, and on what. */
final class NodeTitle {
  private static final Set<String> JOINS = Set.of("Nested Loop", "Merge Join", "Hash Join");

  /** The properties that name the object of a scan. */
  private static final List<String> TARGETS =
      List.of(
          "Relation Name", "Function Name", "Table Function Name", "CTE Name", "Tuplestore Name");

  private NodeTitle() {}

  static String of(PlanNode node) {
    if (StorageNodes.isOne(node)) {
      String name = node.text(node.has("Index Name") ? "Index Name" : "Relation Name");
      return node.type() + " on " + QuotedName.of(name);
    }
    StringBuilder title = new StringBuilder();
    if (node.is("Parallel Aware")) {
      title.append("Parallel ");
    }
    if (node.is("Async Capable")) {
      title.append("Async ");
    }
    title.append(kind(node));
    if (node.text("Scan Direction").equals("Backward")) {
      title.append(" Backward");
    }
    if (node.has("Index Name")) {
      boolean alone = !node.has("Alias");
      title.append(alone ? " on " : " using ").append(QuotedName.of(node.text("Index Name")));
    }
    return title.append(target(node)).toString();
  }

  private static String kind(PlanNode node) {
    String type = node.type();
    return switch (type) {
      case "Aggregate" -> partial(node) + aggregate(node.text("Strategy"));
      case "ModifyTable" -> node.text("Operation");
      case "SetOp" -> setOperation(node);
      default -> JOINS.contains(type) ? join(node, type) : type;
    };
  }

  private static String partial(PlanNode node) {
    String mode = node.text("Partial Mode");
    return mode.equals("Simple") || mode.isEmpty() ? "" : mode + " ";
  }

  private static String aggregate(String strategy) {
    return switch (strategy) {
      case "Sorted" -> "GroupAggregate";
      case "Hashed" -> "HashAggregate";
      case "Mixed" -> "MixedAggregate";
      default -> "Aggregate";
    };
  }

  private static String setOperation(PlanNode node) {
    String name = node.text("Strategy").equals("Hashed") ? "HashSetOp" : "SetOp";
    return node.has("Command") ? name + " " + node.text("Command") : name;
  }

  private static String join(PlanNode node, String type) {
    String way = type.equals("Nested Loop") ? type : type.substring(0, type.indexOf(' '));
    String join = node.text("Join Type");
    if (!join.equals("Inner")) {
      return way + " " + join + " Join";
    }
    return type;
  }

  private static String target(PlanNode node) {
    if (!node.has("Alias")) {
      return "";
    }
    StringBuilder target = new StringBuilder(" on ");
    String alias = node.text("Alias");
    for (String property : TARGETS) {
      if (node.has(property)) {
        String name = node.text(property);
        if (node.has("Schema")) {
          target.append(QuotedName.of(node.text("Schema"))).append('.');
        }
        target.append(QuotedName.of(name));
        return alias.equals(name)
            ? target.toString()
            : target.append(' ').append(QuotedName.of(alias)).toString();
      }
    }
    return target.append(QuotedName.of(alias)).toString();
  }
}
