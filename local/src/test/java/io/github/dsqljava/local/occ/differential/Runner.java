package io.github.dsqljava.local.occ.differential;

import io.github.dsqljava.local.occ.differential.SessionRun.Wrong;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Runs one history after the other, step by step. */
final class Runner {
  static final int SESSIONS = 5;

  private final Target target;
  private final List<Oracle> oracles;
  private long steps;
  private long conflicts;

  Runner(Target target, List<Oracle> oracles) {
    this.target = target;
    this.oracles = oracles;
  }

  long steps() {
    return steps;
  }

  long conflicts() {
    return conflicts;
  }

  /** Returns what was wrong, if anything was. */
  Optional<Failure> run(Program program) throws SQLException {
    State start = oracles.get(0).load(program.schema(), program.rows());
    target.reset(program.schema(), start);
    Model model = new Model(start);
    List<String> answers = new ArrayList<>();
    try {
      play(program, model, answers);
      target.rest();
      checkContent(program.schema(), model.committed(), target.content(program.schema()));
      return Optional.empty();
    } catch (Wrong e) {
      return Optional.of(new Failure(e.kind, e.sign, e.getMessage(), answers, program));
    } finally {
      target.rest();
      for (Oracle oracle : oracles) {
        oracle.rest();
      }
    }
  }

  private void play(Program program, Model model, List<String> answers) throws SQLException, Wrong {
    Map<Integer, SessionRun> sessions = new HashMap<>();
    for (Step step : program.steps()) {
      SessionRun session = sessions.get(step.session());
      if (session == null) {
        Oracle oracle = oracles.get(step.session());
        session = new SessionRun(program, step.session(), target, oracle, model);
        sessions.put(step.session(), session);
      }
      answers.add(step.session("wrong"));
      String answer = session.run(step);
      answers.set(answers.size() - 1, step.session(answer));
      steps++;
      conflicts += answer.startsWith("!40001") ? 1 : 0;
    }
  }

  private static void checkContent(Schema schema, State committed, State actual) throws Wrong {
    String difference = committed.difference(actual);
    List<String> broken = new ArrayList<>(actual.duplicates());
    for (Table table : schema.tables()) {
      duplicates(table, actual, broken);
      orphans(table, actual, broken);
    }
    if (!difference.isEmpty() || !broken.isEmpty()) {
      throw new Wrong(
          Failure.Kind.OTHER_CONTENT,
          broken.isEmpty() ? "rows" : "broken keys",
          "in the end: " + difference + String.join("\n", broken));
    }
  }

  private static void duplicates(Table table, State state, List<String> broken) {
    for (int i = 0; i < table.uniques().size(); i++) {
      Set<String> keys = new HashSet<>();
      for (State.Row row : state.rows(table).values()) {
        String key = row.keys().get(i);
        if (key != null && !keys.add(key)) {
          broken.add(table.name() + " holds twice: " + key);
        }
      }
    }
  }

  private static void orphans(Table table, State state, List<String> broken) {
    for (Table.Reference reference : table.references()) {
      Table parent = reference.parent();
      Set<List<String>> parents = new HashSet<>();
      state
          .rows(parent)
          .values()
          .forEach(row -> parents.add(parent.valuesOf(reference.parentColumns(), row.values())));
      for (State.Row row : state.rows(table).values()) {
        List<String> wanted = table.valuesOf(reference.columns(), row.values());
        if (!wanted.contains(null) && !parents.contains(wanted)) {
          broken.add(table.name() + " has no parent for " + row.values());
        }
      }
    }
  }
}
