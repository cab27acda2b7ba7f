package io.github.dsqljava.local.occ.differential;

import java.util.List;

/**
 * Where a history goes wrong.
 *
 * @param kind what two failures have in common that are the same, roughly
 * @param sign the same for failures that are the same
 * @param answers of the steps up to the failure, as people read them
 */
record Failure(Kind kind, String sign, String what, List<String> answers, Program program) {
  enum Kind {
    /** A conflict that is told before COMMIT. */
    CONFLICT_AT_STATEMENT,
    /** A statement's answer is not PostgreSQL's on the same snapshot. */
    OTHER_ANSWER,
    /** Two that exclude each other have both committed. */
    MISSED_CONFLICT,
    /** COMMIT says 40001 although there was no conflict. */
    INVENTED_CONFLICT,
    /** Another error at COMMIT than PostgreSQL's. */
    OTHER_END,
    NO_ANSWER,
    /** The tables do not hold what was committed. */
    OTHER_CONTENT
  }

  boolean isLike(Failure other) {
    return kind == other.kind && sign.equals(other.sign);
  }

  /** The whole story: tables, rows, steps. */
  String script() {
    StringBuilder text = new StringBuilder();
    text.append("%s (%s)%n%s%n".formatted(kind, sign, what));
    text.append("-- schema %s%n".formatted(program.schema()));
    program.schema().ddl().forEach(ddl -> text.append(ddl).append(";\n"));
    program.schema().ddlOfDave().forEach(ddl -> text.append(ddl).append("; -- dave\n"));
    for (Table table : program.schema().tables()) {
      List<List<String>> rows = program.rows().getOrDefault(table, List.of());
      if (!rows.isEmpty()) {
        text.append(shortened(table.insert(rows))).append(";\n");
      }
      if (table.late() != null) {
        text.append(table.addLate()).append(";\n");
      }
    }
    program.steps().stream()
        .map(Step::session)
        .distinct()
        .filter(session -> !program.role(session).equals("admin"))
        .forEach(
            session ->
                text.append(
                    "-- %s is %s%n".formatted((char) ('A' + session), program.role(session))));
    answers.forEach(answer -> text.append(answer).append('\n'));
    return text.toString();
  }

  private static String shortened(String sql) {
    return sql.length() > 3000 ? sql.substring(0, 3000) + " ..." : sql;
  }

  /** For counting: failures of one group may have one cause. */
  String group() {
    String last = program.steps().get(answers.size() - 1).sql();
    String word = kind == Kind.OTHER_CONTENT ? "" : ", " + last.split(" ", 2)[0];
    return "%s: %s%s: %s".formatted(program.schema(), kind, word, sign);
  }
}
