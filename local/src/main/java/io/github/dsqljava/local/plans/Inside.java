package io.github.dsqljava.local.plans;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Removes the parts of a plan that belong to dsql-local and do not exist on the service. */
final class Inside {
  private static final String SCHEMA = "dsql_internal";

  /** PostgreSQL's catalogs that stand behind views of ours; see tools.sql. */
  private static final Set<String> CATALOGS = Set.of("pg_am", "pg_namespace", "pg_event_trigger");

  private static final Set<String> OF_NODE =
      Set.of(
          "Node Type",
          "Parent Relationship",
          "Join Type",
          "Subplan Name",
          PlanNode.PLANS,
          "Parallel Aware",
          "Async Capable");

  private Inside() {}

  static void leaveOut(PlanNode node) {
    if (node.text("Schema").equals(SCHEMA)) {
      if (CATALOGS.contains(node.text("Relation Name"))) {
        node.put("Schema", (Object) "pg_catalog");
      } else {
        keepEstimates(node);
      }
    }
    for (String name : List.copyOf(node.properties().keySet())) {
      Object value = node.properties().get(name);
      if (value instanceof String text && isOurs(text)) {
        node.remove(name);
      } else if (value instanceof List<?> list && !name.equals(PlanNode.PLANS)) {
        List<Object> rest = new ArrayList<>(list);
        rest.removeIf(element -> isOurs(element.toString()));
        if (rest.isEmpty() && !list.isEmpty()) {
          node.remove(name);
        } else {
          node.put(name, (Object) rest);
        }
      }
    }
    node.children().forEach(Inside::leaveOut);
  }

  private static void keepEstimates(PlanNode node) {
    for (String name : List.copyOf(node.properties().keySet())) {
      Object value = node.properties().get(name);
      if (!OF_NODE.contains(name) && !(value instanceof Json.Literal)) {
        node.remove(name);
      }
    }
  }

  private static boolean isOurs(String text) {
    return text.contains(SCHEMA) || text.contains("dsql\\_");
  }
}
