package io.github.dsqljava.local;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Everything that two transactions can do to one row, against the table of conflicts in the Aurora
 * DSQL User Guide, "Concurrency control": whatever the order, the later one to commit is told.
 */
class ConflictMatrixTest {
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
    DELETE(Strength.UPDATE, "DELETE FROM p WHERE id = %1$d", "#1"),
    CHANGE_PRIMARY_KEY(Strength.UPDATE, "UPDATE p SET id = -%2$d WHERE id = %1$d", "#1"),
    CHANGE_UNIQUE_COLUMN(Strength.UPDATE, "UPDATE p SET code = -%2$d WHERE id = %1$d", "#1"),
    FOR_UPDATE(Strength.UPDATE, "SELECT v FROM p WHERE id = %1$d FOR UPDATE", "[0]"),
    CHANGE_OTHER_COLUMN(Strength.NON_KEY_UPDATE, "UPDATE p SET v = 1 WHERE id = %1$d", "#1"),
    FOR_KEY_SHARE(Strength.KEY_SHARE, "SELECT v FROM p WHERE id = %1$d FOR KEY SHARE", "[0]"),
    INSERT_CHILD(Strength.KEY_SHARE, "INSERT INTO c VALUES (%2$d, %1$d)", "#1"),
    MOVE_CHILD(Strength.KEY_SHARE, "UPDATE c SET pid = %1$d WHERE id = -%2$d", "#1");

    private final Strength strength;
    private final String sql;
    private final String answer;

    Action(Strength strength, String sql, String answer) {
      this.strength = strength;
      this.sql = sql;
      this.answer = answer;
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
        A: SELECT count(*) FROM o => [1]
        B: BEGIN
        B: %s
        B: COMMIT
        A: %s
        A: COMMIT => %s
        """),
    OVER_BEFORE_THE_OTHER_ACTS_WITHOUT_TRANSACTION(
        """
        A: BEGIN
        A: SELECT count(*) FROM o => [1]
        B: %s
        A: %s
        A: COMMIT => %s
        """);

    private final String script;

    Order(String script) {
      this.script = script;
    }
  }

  private static DsqlLocal cluster;
  private static Script sessions;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    int rows = Order.values().length * Action.values().length * Action.values().length;
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          admin,
          "CREATE TABLE p (id int PRIMARY KEY, code int UNIQUE, v int)",
          "INSERT INTO p SELECT i, i, 0 FROM generate_series(1, " + rows + ") i",
          "CREATE TABLE c (id int PRIMARY KEY, pid int REFERENCES p)",
          "INSERT INTO c SELECT -i, NULL FROM generate_series(1, " + 2 * rows + ") i",
          "CREATE TABLE o (one int)",
          "INSERT INTO o VALUES (1)");
    }
    sessions = new Script(cluster, "admin", "extended");
  }

  @AfterAll
  static void stop() throws Exception {
    sessions.close();
    cluster.close();
  }

  @TestFactory
  Stream<DynamicTest> everyPair_inEveryOrder_conflictsAsTheTableSays() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Order order : Order.values()) {
      for (Action first : Action.values()) {
        for (Action second : Action.values()) {
          int row = tests.size() + 1;
          boolean conflict = first.strength.conflictsWith(second.strength);
          String script =
              order.script.formatted(
                  step(first, row, 2 * row - 1),
                  step(second, row, 2 * row),
                  conflict ? "!OC000" : "ok");
          tests.add(
              DynamicTest.dynamicTest(
                  order + ": " + first + ", " + second, () -> sessions.play(script)));
        }
      }
    }
    return tests.stream();
  }

  /**
   * @param number no other step has it
   */
  private static String step(Action action, int row, int number) {
    return action.sql.formatted(row, number) + " => " + action.answer;
  }
}
