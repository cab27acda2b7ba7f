package io.github.dsqljava.local.conformance.script;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * All pairs of actions of two transactions on one row, checked against the table of conflicts in
 * the Aurora DSQL User Guide, "Concurrency control". In any order of the actions, the later one to
 * commit gets the conflict.
 */
public final class ConflictMatrix {
  /** The columns of the table of conflicts. */
  private enum Strength {
    UPDATE,
    NON_KEY_UPDATE,
    KEY_SHARE;

    boolean conflictsWith(Strength other) {
      return this == UPDATE
          || other == UPDATE
          || (this == NON_KEY_UPDATE && other == NON_KEY_UPDATE);
    }
  }

  private enum Action {
    DELETE(Strength.UPDATE, "DELETE FROM mp WHERE id = %1$d => #1"),
    CHANGE_PRIMARY_KEY(Strength.UPDATE, "UPDATE mp SET id = -%2$d WHERE id = %1$d => #1"),
    CHANGE_UNIQUE_COLUMN(Strength.UPDATE, "UPDATE mp SET code = -%2$d WHERE id = %1$d => #1"),
    FOR_UPDATE(Strength.UPDATE, "SELECT v FROM mp WHERE id = %1$d FOR UPDATE => [0]"),
    CHANGE_OTHER_COLUMN(Strength.NON_KEY_UPDATE, "UPDATE mp SET v = 1 WHERE id = %1$d => #1"),
    FOR_KEY_SHARE(Strength.KEY_SHARE, "SELECT v FROM mp WHERE id = %1$d FOR KEY SHARE => [0]"),
    INSERT_CHILD(Strength.KEY_SHARE, "INSERT INTO mc VALUES (%2$d, %1$d) => #1"),
    MOVE_CHILD(Strength.KEY_SHARE, "UPDATE mc SET pid = %1$d WHERE id = -%2$d => #1");

    private final Strength strength;
    private final String step;

    Action(Strength strength, String step) {
      this.strength = strength;
      this.step = step;
    }
  }

  private enum Order {
    FIRST_COMMITS_FIRST(
        """
        A: BEGIN
        B: BEGIN
        A: %s
        B: %s
        A: COMMIT
        B: COMMIT => %s
        """),
    SECOND_COMMITS_FIRST(
        """
        A: BEGIN
        B: BEGIN
        A: %s
        B: %s
        B: COMMIT
        A: COMMIT => %s
        """),
    SECOND_WITHOUT_TRANSACTION(
        """
        A: BEGIN
        A: %s
        B: %s
        A: COMMIT => %s
        """),
    OVER_BEFORE_THE_OTHER_ACTS(
        """
        A: BEGIN
        A: SELECT count(*) FROM mo => [1]
        B: BEGIN
        B: %s
        B: COMMIT
        A: %s
        A: COMMIT => %s
        """),
    OVER_BEFORE_THE_OTHER_ACTS_WITHOUT_TRANSACTION(
        """
        A: BEGIN
        A: SELECT count(*) FROM mo => [1]
        B: %s
        A: %s
        A: COMMIT => %s
        """);

    private final String script;

    Order(String script) {
      this.script = script;
    }
  }

  /** The name of the script file. */
  public static final String NAME = "matrix";

  private static final String ROW = "occ.table";

  private ConflictMatrix() {}

  /** Returns a section for each pair in each order, with a row of its own for each protocol. */
  public static ScriptFile file() {
    List<Section> sections = new ArrayList<>();
    int number = 0;
    for (Order order : Order.values()) {
      for (Action first : Action.values()) {
        for (Action second : Action.values()) {
          String name = (order + "-" + first + "-" + second).toLowerCase(Locale.ROOT);
          for (String protocol : Section.PROTOCOLS) {
            number++;
            sections.add(section(order, first, second, name, number, protocol));
          }
        }
      }
    }
    return new ScriptFile(NAME, setup(number), List.of(), sections);
  }

  private static List<String> setup(int rows) {
    return List.of(
        "CREATE TABLE mp (id int PRIMARY KEY, code int UNIQUE, v int)",
        "INSERT INTO mp SELECT i, i, 0 FROM generate_series(1, " + rows + ") i",
        "CREATE TABLE mc (id int PRIMARY KEY, pid int REFERENCES mp)",
        "INSERT INTO mc SELECT -i, NULL FROM generate_series(1, " + 2 * rows + ") i",
        "CREATE TABLE mo (one int)",
        "INSERT INTO mo VALUES (1)");
  }

  private static Section section(
      Order order, Action first, Action second, String name, int row, String protocol) {
    boolean conflict = first.strength.conflictsWith(second.strength);
    // No other step has the numbers.
    String script =
        order.script.formatted(
            first.step.formatted(row, 2 * row - 1),
            second.step.formatted(row, 2 * row),
            conflict ? "!OC000" : "ok");
    return new Section(
        ROW,
        name,
        script.lines().map(Step::parse).toList(),
        List.of(),
        List.of(),
        Optional.empty(),
        /* slow= */ false,
        List.of(protocol));
  }
}
