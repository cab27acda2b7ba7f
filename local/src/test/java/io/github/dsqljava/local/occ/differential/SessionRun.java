package io.github.dsqljava.local.occ.differential;

import io.github.dsqljava.local.occ.differential.Model.Outcome;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * One session of a history: each step goes to the system and to the session's oracle, and the
 * answers are compared.
 */
final class SessionRun {
  /** What is wrong with an answer. */
  static final class Wrong extends Exception {
    private static final long serialVersionUID = 1;
    final Failure.Kind kind;
    final String sign;

    Wrong(Failure.Kind kind, String sign, String what) {
      super(what);
      this.kind = kind;
      this.sign = sign;
    }
  }

  private static final String CONFLICT = "40001";
  private static final String WORDS = "change conflicts with another transaction (OC000)";
  private static final String ENDED = "08";

  private final Schema schema;
  private final int number;
  private final String role;
  private final Target target;
  private final Oracle oracle;
  private final Model model;

  private boolean open;
  private boolean aborted;
  private int snapshot;
  private State before;
  private State seen;
  private Footprint footprint;

  SessionRun(Program program, int number, Target target, Oracle oracle, Model model)
      throws SQLException {
    this.schema = program.schema();
    this.number = number;
    this.role = program.role(number);
    this.target = target;
    this.oracle = oracle;
    this.model = model;
    oracle.become(role);
  }

  /** Returns the system's answer, for people. */
  String run(Step step) throws SQLException, Wrong {
    return switch (step.action()) {
      case BEGIN -> begin(step);
      case RUN -> open ? inTransaction(step) : alone(step);
      case COMMIT -> commit(step);
      case ROLLBACK -> rollback(step);
    };
  }

  private String begin(Step step) throws SQLException, Wrong {
    oracle.run("BEGIN", List.of());
    open = true;
    aborted = false;
    footprint = null;
    compare(step, Answer.DONE, ask(step));
    return "";
  }

  private void takeSnapshot() throws SQLException {
    snapshot = model.now();
    before = model.committed();
    oracle.synchronise(schema, before);
    seen = before;
    footprint = new Footprint(before);
  }

  private String inTransaction(Step step) throws SQLException, Wrong {
    if (footprint == null && step.statement().kind() != Statement.Kind.SETTING) {
      takeSnapshot();
    }
    Answer expected = expected(step);
    aborted |= expected.isError();
    Answer actual = ask(step);
    compare(step, expected, actual);
    return actual.toString();
  }

  private Answer expected(Step step) throws SQLException {
    Statement statement = step.statement();
    Answer answer = oracle.run(statement.sql(), statement.parameters());
    if (!answer.isError()) {
      if (statement.locked() != null) {
        footprint.locks(statement.locked(), statement.strength(), answer.rows());
      } else if (statement.kind() == Statement.Kind.WRITE) {
        State next = oracle.contents(schema);
        footprint.observe(schema.tables(), seen, next);
        seen = next;
      }
    }
    return answer;
  }

  /** Deferred foreign keys are asked for before it is known whether the transaction may commit. */
  private Answer deferredError() {
    return oracle.run("SET CONSTRAINTS ALL IMMEDIATE", List.of());
  }

  private String alone(Step step) throws SQLException, Wrong {
    oracle.run("BEGIN", List.of());
    takeSnapshot();
    Answer expected = expected(step);
    Answer deferred = expected.isError() ? expected : deferredError();
    if (deferred.isError()) {
      expected = deferred;
    }
    Answer actual = ask(step);
    if (actual.state().equals(CONFLICT) && !expected.state().equals(CONFLICT)) {
      throw wrong(Failure.Kind.INVENTED_CONFLICT, "autocommit", step, expected, actual);
    }
    compare(step, expected, actual);
    end(!actual.isError());
    return actual.toString();
  }

  private String commit(Step step) throws SQLException, Wrong {
    if (aborted || footprint == null) {
      Answer expected = oracle.run("COMMIT", List.of());
      Answer actual = ask(step);
      compare(step, expected, actual);
      open = false;
      return actual.toString();
    }
    Answer deferred = deferredError();
    footprint.finish(seen);
    Model.Verdict verdict = model.verdict(snapshot, footprint);
    Set<Outcome> allowed = EnumSet.copyOf(verdict.allowed());
    if (deferred.isError()) {
      // A parent that somebody has committed since might satisfy the foreign key.
      if (!model.keysCameAfter(snapshot)) {
        allowed.remove(Outcome.COMMITTED);
      }
      allowed.add(Outcome.ERROR);
    }
    Answer actual = ask(step);
    Outcome outcome =
        !actual.isError()
            ? Outcome.COMMITTED
            : actual.state().equals(CONFLICT) ? Outcome.CONFLICT : Outcome.ERROR;
    if (!allowed.contains(outcome)) {
      throw wrongEnd(step, outcome, actual, verdict, deferred);
    }
    if (outcome == Outcome.ERROR && !actual.text().equals(deferred.text())) {
      throw wrong(Failure.Kind.OTHER_END, signs(deferred, actual), step, deferred, actual);
    }
    if (outcome == Outcome.CONFLICT && !actual.detail().contains(WORDS)) {
      throw wrong(Failure.Kind.OTHER_END, "words", step, Answer.error(CONFLICT, WORDS), actual);
    }
    end(outcome == Outcome.COMMITTED);
    return actual.isError() ? actual + "; " + verdict.reason() : "";
  }

  private Wrong wrongEnd(
      Step step, Outcome outcome, Answer actual, Model.Verdict verdict, Answer deferred) {
    String detail =
        "%s answered %s; right would be %s: %s%s"
            .formatted(
                step.session(""),
                actual,
                verdict.allowed(),
                verdict.reason(),
                deferred.isError() ? "; or " + deferred : "");
    return switch (outcome) {
      case COMMITTED -> new Wrong(Failure.Kind.MISSED_CONFLICT, verdictSign(verdict), detail);
      case CONFLICT -> new Wrong(Failure.Kind.INVENTED_CONFLICT, actual.detail(), detail);
      case ERROR -> new Wrong(Failure.Kind.OTHER_END, signs(deferred, actual), detail);
    };
  }

  private static String verdictSign(Model.Verdict verdict) {
    return verdict.allowed().contains(Outcome.CONFLICT) ? "rows or keys" : "error";
  }

  /** Whether the system has committed decides, once it is known that it may. */
  private void end(boolean committed) {
    if (!committed) {
      Answer unused = oracle.run("ROLLBACK", List.of());
    } else {
      footprint.finish(seen);
      model.commit(footprint, before, seen);
      // Not an error only in the oracle: its settings stay with a commit, as the system's do.
      if (!oracle.run("COMMIT", List.of()).isError()) {
        oracle.holds(schema, seen);
      }
    }
    open = false;
  }

  private String rollback(Step step) throws SQLException, Wrong {
    Answer expected = oracle.run("ROLLBACK", List.of());
    open = false;
    compare(step, expected, ask(step));
    return "";
  }

  private Answer ask(Step step) throws SQLException, Wrong {
    Answer answer = target.run(number, role, step);
    if (answer.state().startsWith(ENDED)) {
      throw new Wrong(
          Failure.Kind.NO_ANSWER, answer.state(), step.session("") + " had no answer: " + answer);
    }
    return answer;
  }

  private static void compare(Step step, Answer expected, Answer actual) throws Wrong {
    boolean anyOrder =
        step.action() == Step.Action.RUN && step.statement().kind() == Statement.Kind.WRITE;
    if (expected.text().equals(actual.text())
        || (anyOrder && !actual.isError() && expected.sorted().equals(actual.sorted()))) {
      return;
    }
    boolean conflict = actual.state().equals(CONFLICT);
    throw wrong(
        conflict ? Failure.Kind.CONFLICT_AT_STATEMENT : Failure.Kind.OTHER_ANSWER,
        signs(expected, actual),
        step,
        expected,
        actual);
  }

  private static String signs(Answer expected, Answer actual) {
    if (!expected.isError() && !actual.isError()) {
      return expected.text().startsWith("#") ? "count" : "rows";
    }
    return expected.state() + " -> " + actual.state();
  }

  private static Wrong wrong(
      Failure.Kind kind, String sign, Step step, Answer expected, Answer actual) {
    return new Wrong(
        kind,
        sign,
        "%s%n  answered %s%n  right is %s".formatted(step.session(""), actual, expected));
  }
}
