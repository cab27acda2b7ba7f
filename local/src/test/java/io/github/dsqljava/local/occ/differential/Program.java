package io.github.dsqljava.local.occ.differential;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A history before it is run: first rows, and the steps of all sessions in their order. */
record Program(Schema schema, Map<Table, List<List<String>>> rows, List<Step> steps) {

  Program without(Predicate<Step> unwanted) {
    return new Program(schema, rows, steps.stream().filter(unwanted.negate()).toList());
  }

  Program withoutRow(Table table, int index) {
    Map<Table, List<List<String>>> fewer = new HashMap<>(rows);
    List<List<String>> some = new ArrayList<>(rows.get(table));
    some.remove(index);
    fewer.put(table, some);
    return new Program(schema, fewer, steps);
  }

  /** Whether no transaction begins with a setting, which may take the snapshot or not. */
  boolean takesSnapshotsByStatements() {
    Map<Integer, Step> last = new HashMap<>();
    for (Step step : steps) {
      Step before = last.put(step.session(), step);
      boolean first = before == null || before.action() != Step.Action.RUN;
      if (first
          && step.action() == Step.Action.RUN
          && step.statement().kind() == Statement.Kind.SETTING) {
        return false;
      }
    }
    return true;
  }

  String role(int session) {
    return schema.roles().get(session % schema.roles().size());
  }
}
