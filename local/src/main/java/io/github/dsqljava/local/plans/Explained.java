package io.github.dsqljava.local.plans;

import io.github.dsqljava.local.dialect.Explanation;
import io.github.dsqljava.local.dialect.Settings;
import io.github.dsqljava.local.dialect.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Turns PostgreSQL's answer to an EXPLAIN, in JSON and with all details, into the answer that the
 * client has asked for. A character is a byte.
 */
final class Explained {
  private static final Pattern LINE = Pattern.compile("\n");

  private final Explanation explanation;

  /** For a statement that has an explanation. */
  Explained(Statement statement) {
    this.explanation = statement.explanation().orElseThrow();
  }

  /**
   * Returns the rows of the client's answer, in the service's form.
   *
   * @param json PostgreSQL's answer
   */
  List<String> rows(String json, Surroundings surroundings) {
    RealNames names = new RealNames(surroundings.shadows());
    List<PlanNode> explained = read(json);
    for (PlanNode one : explained) {
      PlanNode plan = plan(one);
      names.restore(plan);
      Inside.leaveOut(plan);
      forgetInside(one);
      Projections projections = new Projections(plan, Reduction.hasSingleTable(plan));
      new ServiceForm(
              explanation.verbose(), reduction(one), projections, surroundings.primaryKeys())
          .apply(plan);
      if (surroundings.estimatesDpu() && explanation.verbose() && one.has("Execution Time")) {
        DpuEstimate.add(one);
      }
      reduce(one);
    }
    return written(explained);
  }

  /** Returns the same in PostgreSQL's own form. */
  List<String> rowsAsInPostgresql(String json) {
    List<PlanNode> explained = read(json);
    for (PlanNode one : explained) {
      if (!explanation.verbose()) {
        reduceAll(plan(one), "", reduction(one));
      }
      reduce(one);
    }
    return written(explained);
  }

  private Reduction reduction(PlanNode explained) {
    return new Reduction(
        Reduction.hasSingleTable(plan(explained)), explanation.format() == Explanation.Format.TEXT);
  }

  private static void reduceAll(PlanNode node, String above, Reduction reduction) {
    String table = Reduction.table(node, above);
    reduction.reduce(node, table);
    node.children().forEach(child -> reduceAll(child, table, reduction));
  }

  private void reduce(PlanNode explained) {
    if (!explanation.verbose()) {
      explained.remove("Query Identifier");
    }
  }

  private static List<PlanNode> read(String json) {
    List<PlanNode> explained = new ArrayList<>();
    ((List<?>) Json.read(json)).forEach(one -> explained.add(PlanNode.of(one)));
    return explained;
  }

  private static PlanNode plan(PlanNode explained) {
    return explained.node("Plan");
  }

  /** Removes triggers and settings that no client can make. */
  private static void forgetInside(PlanNode explained) {
    if (explained.has("Triggers")) {
      explained.put("Triggers", List.of());
    }
    if (explained.has("Settings")) {
      PlanNode settings = explained.node("Settings");
      settings.properties().keySet().removeIf(name -> !Settings.isAccepted(name));
      if (settings.properties().isEmpty()) {
        explained.remove("Settings");
      }
    }
  }

  private List<String> written(List<PlanNode> explained) {
    return switch (explanation.format()) {
      case JSON -> List.of(PlanFormats.json(explained));
      case YAML -> List.of(PlanFormats.yaml(explained));
      case XML -> List.of(PlanFormats.xml(explained));
      case TEXT -> {
        List<String> rows = new ArrayList<>();
        for (PlanNode one : explained) {
          if (!rows.isEmpty()) {
            rows.add("");
          }
          PlanText.of(one).forEach(line -> rows.addAll(List.of(LINE.split(line, -1))));
        }
        yield rows;
      }
    };
  }
}
