package io.github.dsqljava.local.plans;

/** The parentheses behind a node's title: estimated costs, and actual times and rows. */
final class Estimates {
  private Estimates() {}

  static String of(PlanNode node) {
    StringBuilder estimates = new StringBuilder();
    if (node.has("Total Cost")) {
      estimates.append("  (cost=").append(node.text("Startup Cost"));
      estimates.append("..").append(node.text("Total Cost"));
      if (node.has("Plan Rows")) {
        estimates.append(" rows=").append(node.text("Plan Rows"));
        estimates.append(" width=").append(node.text("Plan Width"));
      }
      if (node.has(StorageNodes.LOOPS)) {
        estimates.append(" loops=").append(node.text(StorageNodes.LOOPS));
      }
      estimates.append(')');
    }
    if (node.has("Actual Loops")) {
      // PostgreSQL has the same two blanks, or one if costs stand before it.
      estimates.append(" (");
      estimates.append(node.number("Actual Loops") == 0 ? "never executed" : actual(node));
      estimates.append(')');
    }
    return estimates.toString();
  }

  static String actual(PlanNode node) {
    String time =
        node.has("Actual Total Time")
            ? "time="
                + node.text("Actual Startup Time")
                + ".."
                + node.text("Actual Total Time")
                + " "
            : "";
    return "actual "
        + time
        + "rows="
        + node.text("Actual Rows")
        + " loops="
        + node.text("Actual Loops");
  }
}
