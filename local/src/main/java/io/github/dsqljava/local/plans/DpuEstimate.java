package io.github.dsqljava.local.plans;

import java.util.Locale;

/**
 * The block of DPU that the service adds to EXPLAIN ANALYZE VERBOSE. AWS does not document the cost
 * of a statement. These numbers are made up, and a note in the block says so; they let programs
 * that parse the block be tried.
 */
final class DpuEstimate {
  static final String NAME = "Statement DPU Estimate";
  private static final String NOTE = "made up by dsql-local, not what Aurora DSQL would charge";

  private static final double PER_SECOND = 0.05;
  private static final double PER_ROW_READ = 0.00001;
  private static final double PER_ROW_WRITTEN = 0.00005;

  private DpuEstimate() {}

  /** Adds the block to an explained statement that was run. */
  static void add(PlanNode explained) {
    PlanNode plan = explained.node("Plan");
    double compute = explained.number("Execution Time") / 1000 * PER_SECOND;
    double read = read(plan) * PER_ROW_READ;
    double write = written(plan) * PER_ROW_WRITTEN;
    PlanNode block = new PlanNode();
    block.put("Compute", number(compute));
    block.put("Read", number(read));
    block.put("Write", number(write));
    block.put("Total", number(compute + read + write));
    block.put("Note", (Object) NOTE);
    explained.put(NAME, block);
  }

  /** Returns the unit that follows a value in text format. */
  static String unit(Object value) {
    return value instanceof Json.Literal ? " DPU" : "";
  }

  private static Json.Literal number(double value) {
    return new Json.Literal(String.format(Locale.ROOT, "%.5f", value));
  }

  private static double read(PlanNode node) {
    double rows = node.has("Relation Name") && !isChange(node) ? rows(node) : 0;
    for (PlanNode child : node.children()) {
      rows += read(child);
    }
    return rows;
  }

  /** Counts the rows below a change, because a change without RETURNING gives none itself. */
  private static double written(PlanNode node) {
    double rows = 0;
    for (PlanNode child : node.children()) {
      boolean source = isChange(node) && child.text("Parent Relationship").equals("Outer");
      rows += (source ? rows(child) : 0) + written(child);
    }
    return rows;
  }

  private static boolean isChange(PlanNode node) {
    return node.type().equals("ModifyTable");
  }

  private static double rows(PlanNode node) {
    return node.number("Actual Rows") * node.number("Actual Loops");
  }
}
