package io.github.dsqljava.local.plans;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Restores the real names of tables whose shadows a plan reads, and of their indexes, because a
 * client must not see that its transaction runs on shadows.
 */
final class RealNames {
  private static final String SHADOWS = "pg_temp";

  private static final List<String> BLOCKS = List.of("Hit", "Read", "Dirtied", "Written");

  /**
   * A table.
   *
   * @param suffix the suffix of its shadow's name and of the names of the shadow's indexes; empty
   *     if they have the same names
   */
  private record Real(String schema, String name, String suffix) {}

  private final Map<String, Real> byShadow = new HashMap<>();

  /** The names that the plan has for tables, if they are those of shadows. */
  private final Map<String, String> aliases = new HashMap<>();

  /**
   * @param shadows from the schema and the name of a table, with a zero between, to its shadow
   */
  RealNames(Map<String, String> shadows) {
    shadows.forEach(
        (table, shadow) -> {
          int end = table.indexOf('\0');
          String name = table.substring(end + 1);
          String suffix = shadow.equals(name) ? "" : shadow.substring(shadow.lastIndexOf('$'));
          byShadow.put(shadow, new Real(table.substring(0, end), name, suffix));
        });
  }

  void restore(PlanNode plan) {
    if (!byShadow.isEmpty()) {
      rename(plan);
      if (!aliases.isEmpty()) {
        expressions(plan);
      }
    }
  }

  private void rename(PlanNode node) {
    Real real = byShadow.get(node.text("Relation Name"));
    if (node.text("Schema").equals(SHADOWS) && real != null) {
      String shadow = node.text("Relation Name");
      String alias = node.text("Alias");
      node.put("Relation Name", (Object) real.name);
      node.put("Schema", (Object) real.schema);
      if (alias.startsWith(shadow) && !real.suffix.isEmpty()) {
        String instead = real.name + alias.substring(shadow.length());
        aliases.put(alias, instead);
        node.put("Alias", (Object) instead);
      }
    }
    for (String name : List.of("Index Name", "Conflict Arbiter Indexes")) {
      node.replaceTexts(name, this::index);
    }
    countAsShared(node);
    node.children().forEach(this::rename);
  }

  private String index(String shadow) {
    for (Real real : byShadow.values()) {
      if (!real.suffix.isEmpty() && shadow.endsWith(real.suffix)) {
        return shadow.substring(0, shadow.length() - real.suffix.length());
      }
    }
    return shadow;
  }

  private void expressions(PlanNode node) {
    Expressions.replaceAll(node, text -> Qualifiers.replace(text, aliases::get));
    node.children().forEach(this::expressions);
  }

  /** Shadows are temporary tables, whose buffers PostgreSQL counts apart. */
  private static void countAsShared(PlanNode node) {
    for (String what : BLOCKS) {
      String local = "Local " + what + " Blocks";
      String shared = "Shared " + what + " Blocks";
      if (node.has(local)) {
        long sum = (long) (node.number(local) + node.number(shared));
        node.put(shared, new Json.Literal(Long.toString(sum)));
        node.put(local, new Json.Literal("0"));
      }
    }
  }
}
