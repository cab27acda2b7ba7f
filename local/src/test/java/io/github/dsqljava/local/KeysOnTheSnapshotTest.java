package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A key that the snapshot shows is taken, and a child that it shows is there, whatever has been
 * committed since. PostgreSQL looks at the newest data.
 */
@ParameterizedClass
@ValueSource(strings = {"simple", "extended"})
class KeysOnTheSnapshotTest {
  private static final String IN_USE =
      "!23503 ERROR: update or delete on table \"parent\" violates foreign key constraint"
          + " \"kept_p_fkey\" on table \"kept\"";

  private static DsqlLocal cluster;

  @Parameter String protocol;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.builder().jobDelay(Duration.ZERO).start();
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          admin,
          "CREATE FUNCTION twice(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x * 2'",
          "CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE, b text, c int, live boolean)",
          "CREATE UNIQUE INDEX ASYNC t_lower ON t (lower(b))",
          "CREATE UNIQUE INDEX ASYNC t_live ON t (c) WHERE live",
          "CREATE TABLE own (id int PRIMARY KEY, n int)",
          "CREATE UNIQUE INDEX ASYNC own_twice ON own (twice(n))",
          "CREATE TABLE pair (a int, b text, n int, PRIMARY KEY (a, b))",
          "CREATE TABLE other (id int PRIMARY KEY, n int)",
          "CREATE TABLE parent (id int PRIMARY KEY, code int UNIQUE)",
          "CREATE TABLE child (id int PRIMARY KEY, p int REFERENCES parent ON DELETE CASCADE)",
          "CREATE TABLE moved (id int PRIMARY KEY, p int REFERENCES parent (code)"
              + " ON UPDATE CASCADE ON DELETE SET NULL)",
          "CREATE TABLE kept (id int PRIMARY KEY, p int REFERENCES parent)");
      Jdbc.awaitJobs(admin);
    }
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void fill() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.executeAgain(
          admin,
          "DELETE FROM child",
          "DELETE FROM moved",
          "DELETE FROM kept",
          "DELETE FROM parent",
          "DELETE FROM t",
          "DELETE FROM own",
          "DELETE FROM pair",
          "DELETE FROM other",
          "INSERT INTO t VALUES (1, 10, 'one', 100, true), (2, 20, 'Two', 200, true),"
              + " (3, 30, 'three', 300, false)",
          "INSERT INTO own VALUES (1, 1), (2, 2)",
          "INSERT INTO pair VALUES (1, 'x', 0), (1, 'y', 0)",
          "INSERT INTO other VALUES (1, 0)",
          "INSERT INTO parent VALUES (1, 10), (2, 20), (3, 30)",
          "INSERT INTO child VALUES (11, 1), (12, 1), (21, 2)",
          "INSERT INTO moved VALUES (1, 10)",
          "INSERT INTO kept VALUES (1, 3)");
    }
  }

  private void play(String script) throws Exception {
    Script.play(cluster, protocol, script);
  }

  /** A has its snapshot, then B commits a statement, then A runs one and commits. */
  private void play(String committed, String statement, String answer) throws Exception {
    String end = answer.startsWith("!") ? "A: ROLLBACK\n" : "A: COMMIT => !OC000\n";
    play(
        "A: BEGIN\nA: SELECT n FROM other => [0]\nB: "
            + committed
            + "\nA: "
            + statement
            + " => "
            + answer
            + "\n"
            + end);
  }

  private static String taken(String constraint) {
    return "!23505 ERROR: duplicate key value violates unique constraint \"" + constraint + "\"";
  }

  @Test
  void keyThatWasFreed_isTaken() throws Exception {
    String freed = "DELETE FROM t WHERE id = 1";
    play(freed, "INSERT INTO t VALUES (1, 11, 'x', 1, true)", taken("t_pkey"));
    fill();
    play(freed, "INSERT INTO t VALUES (4, 10, 'x', 1, true)", taken("t_a_key"));
    fill();
    play(freed, "INSERT INTO t VALUES (4, 11, 'ONE', 1, true)", taken("t_lower"));
    fill();
    play(freed, "INSERT INTO t VALUES (4, 11, 'x', 100, true)", taken("t_live"));
    fill();
    play(freed, "UPDATE t SET a = 10 WHERE id = 2", taken("t_a_key"));
    fill();
    play(freed, "UPDATE t SET live = true, c = 100 WHERE id = 3", taken("t_live"));
    fill();
    play(
        freed,
        "INSERT INTO t SELECT id + 3, a - 20, b || 'x', c + 1000, live FROM t",
        taken("t_a_key"));
  }

  @Test
  void keyThatWasFreed_isTakenAfterAReset() throws Exception {
    play(
        "A: BEGIN\nA: SELECT n FROM other => [0]\nB: DELETE FROM t WHERE id = 1\n"
            + "A: SELECT n FROM other => [0]\nA: RESET ALL\n"
            + "A: INSERT INTO t VALUES (1, 11, 'x', 1, true) => "
            + taken("t_pkey")
            + "\nA: ROLLBACK\n");
  }

  @Test
  void keyThatWasFreed_isTakenBehindAResetThatComesFirst() throws Exception {
    play(
        "A: BEGIN\nA: UPDATE t SET b = 'z' WHERE id = 2 => #1\n"
            + "B: BEGIN\nB: UPDATE t SET b = 'y' WHERE id = 2 => #1\nB: ROLLBACK\n"
            + "B: DELETE FROM t WHERE id = 1\nA: RESET ALL\n"
            + "A: INSERT INTO t VALUES (1, 11, 'x', 1, true) => "
            + taken("t_pkey")
            + "\nA: ROLLBACK\n");
  }

  @Test
  void keyThatWasFreed_isTakenBehindAResetInOneString() throws Exception {
    try (Connection a = Jdbc.connect(cluster, "admin");
        Connection b = Jdbc.connect(cluster, "admin")) {
      a.setAutoCommit(false);
      Jdbc.value(a, "SELECT n FROM other");
      Jdbc.executeAgain(b, "DELETE FROM t WHERE id = 1");
      Jdbc.value(a, "SELECT n FROM other");
      assertThatThrownBy(
              () -> Jdbc.execute(a, "RESET ALL; INSERT INTO t VALUES (1, 11, 'x', 1, true)"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23505"));
      a.rollback();
    }
  }

  @Test
  void keyThatWasMovedAway_isTaken() throws Exception {
    play(
        "UPDATE t SET a = 11 WHERE id = 1",
        "INSERT INTO t (id, a) VALUES (4, 10)",
        taken("t_a_key"));
    fill();
    play(
        "UPDATE t SET live = false WHERE id = 1",
        "UPDATE t SET c = 100 WHERE id = 2",
        taken("t_live"));
    fill();
    play(
        "UPDATE t SET b = 'x' WHERE id = 1",
        "UPDATE t SET b = 'oNe' WHERE id = 3",
        taken("t_lower"));
    fill();
    play("DELETE FROM pair WHERE b = 'x'", "UPDATE pair SET b = 'x'", taken("pair_pkey"));
    fill();
    play("UPDATE own SET n = 5 WHERE id = 1", "INSERT INTO own VALUES (3, 1)", taken("own_twice"));
  }

  @Test
  void otherKeys_areNot() throws Exception {
    play(
        """
        A: BEGIN
        A: SELECT n FROM other => [0]
        B: DELETE FROM t WHERE id = 1 => #1
        A: INSERT INTO t VALUES (4, 40, 'four', 100, false) => #1
        A: UPDATE t SET a = 41 WHERE id = 4 => #1
        A: INSERT INTO own VALUES (3, 3) => #1
        A: INSERT INTO pair VALUES (2, 'x', 1) => #1
        A: DELETE FROM t WHERE id = 3 => #1
        A: INSERT INTO t VALUES (3, 30, 'three', 300, true) => #1
        A: COMMIT
        A: SELECT id FROM t ORDER BY id => [2] [3] [4]
        """);
  }

  @Test
  void onConflict_actsOnTheRowOfTheSnapshot() throws Exception {
    play(
        """
        A: BEGIN
        A: SELECT n FROM other => [0]
        B: DELETE FROM t WHERE id = 1 => #1
        A: INSERT INTO t (id, a) VALUES (1, 1) ON CONFLICT DO NOTHING => #0
        A: SELECT a FROM t WHERE id = 1 => [10]
        A: UPDATE other SET n = 1 => #1
        A: COMMIT
        A: SELECT count(*) FROM t WHERE id = 1 => [0]
        A: SELECT n FROM other => [1]
        """);
    fill();
    play(
        "DELETE FROM t WHERE id = 1",
        "INSERT INTO t (id, a) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET a = 12 RETURNING a",
        "[12]");
  }

  /** What does nothing has read, not written. */
  @Test
  void onConflictDoNothing_onARowThatWasUpdated_isNoConflict() throws Exception {
    play(
        """
        A: BEGIN
        A: SELECT n FROM other => [0]
        B: UPDATE t SET c = 101 WHERE id = 1 => #1
        A: INSERT INTO t (id, a) VALUES (1, 1) ON CONFLICT DO NOTHING => #0
        A: SELECT c FROM t WHERE id = 1 => [100]
        A: UPDATE other SET n = 1 => #1
        A: INSERT INTO t (id, a) VALUES (2, 1) ON CONFLICT DO NOTHING => #0
        A: COMMIT
        A: SELECT n FROM other => [1]
        """);
  }

  @Test
  void onConflictDoNothing_onAKeyTakenSince_isAConflict() throws Exception {
    play(
        "INSERT INTO t (id, a) VALUES (9, 90)",
        "INSERT INTO t (id, a) VALUES (9, 91), (1, 1) ON CONFLICT DO NOTHING",
        "#1");
  }

  @Test
  void childThatIsGone_isDeletedByTheCascade_andBothConflict() throws Exception {
    play(
        """
        A: BEGIN
        A: SELECT n FROM other => [0]
        B: DELETE FROM child WHERE id = 11 => #1
        A: DELETE FROM parent WHERE id = 1 => #1
        A: SELECT id FROM child ORDER BY id => [21]
        A: COMMIT => !OC000
        A: SELECT id FROM child ORDER BY id => [12] [21]
        """);
  }

  @Test
  void childThatIsGone_isChangedByTheCascade_andBothConflict() throws Exception {
    play(
        """
        A: BEGIN
        A: SELECT n FROM other => [0]
        B: DELETE FROM moved WHERE id = 1 => #1
        A: UPDATE parent SET code = 11 WHERE id = 1 => #1
        A: SELECT p FROM moved => [11]
        A: COMMIT => !OC000
        """);
    fill();
    play(
        """
        A: BEGIN
        A: SELECT n FROM other => [0]
        B: DELETE FROM moved WHERE id = 1 => #1
        A: DELETE FROM parent WHERE id = 1 => #1
        A: SELECT p FROM moved => [null]
        A: COMMIT => !OC000
        """);
  }

  @Test
  void childThatIsGone_keepsItsParent() throws Exception {
    play("DELETE FROM kept WHERE id = 1", "DELETE FROM parent WHERE id = 3", IN_USE);
    fill();
    play("DELETE FROM kept WHERE id = 1", "UPDATE parent SET id = 4 WHERE id = 3", IN_USE);
  }

  @Test
  void parentWithoutChildren_isNoConflict() throws Exception {
    play(
        """
        A: BEGIN
        A: SELECT n FROM other => [0]
        B: DELETE FROM child WHERE id = 11 => #1
        A: UPDATE parent SET code = 21 WHERE id = 2 => #1
        A: DELETE FROM parent WHERE id = 2 => #1
        A: COMMIT
        A: SELECT id FROM child ORDER BY id => [12]
        """);
  }
}
