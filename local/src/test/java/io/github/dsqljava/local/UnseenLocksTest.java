package io.github.dsqljava.local;

import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** A lock counts at COMMIT, also one that a statement does not show: in a function or a view. */
@ParameterizedClass
@ValueSource(strings = {"simple", "extended"})
class UnseenLocksTest {
  private static DsqlLocal cluster;

  @Parameter String protocol;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.builder().jobDelay(Duration.ZERO).start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void fill() throws Exception {
    fill(cluster);
  }

  private static void fill(DsqlLocal cluster) throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.executeAgain(
          admin,
          "DROP TABLE IF EXISTS t, child, other CASCADE",
          "DROP FUNCTION IF EXISTS locked, add_child",
          "CREATE TABLE t (id int PRIMARY KEY, v int)",
          "CREATE TABLE child (id int PRIMARY KEY, t int REFERENCES t)",
          "CREATE TABLE other (id int PRIMARY KEY, v int)",
          "INSERT INTO t VALUES (1, 10), (2, 20)",
          "INSERT INTO other VALUES (1, 1)");
    }
  }

  private void play(String definition, String script) throws Exception {
    play(cluster, definition, script);
  }

  private void play(DsqlLocal cluster, String definition, String script) throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.executeAgain(admin, definition);
    }
    Script.play(cluster, protocol, script);
  }

  private static final String FUNCTION =
      "CREATE FUNCTION locked(k int) RETURNS int LANGUAGE sql AS"
          + " 'SELECT v FROM t WHERE id = k FOR UPDATE'";

  private static final String VIEW = "CREATE VIEW locked AS SELECT id, v FROM t FOR UPDATE";

  private static final String CHILD =
      "CREATE FUNCTION add_child(i int, k int) RETURNS int LANGUAGE sql AS"
          + " 'INSERT INTO child VALUES (i, k) RETURNING id'";

  @Test
  void lockOfAFunction_conflictsWithAChange() throws Exception {
    play(
        FUNCTION,
        """
        B: BEGIN
        B: SELECT count(*) FROM t => [2]
        A: BEGIN
        A: SELECT locked(1) => [10]
        A: COMMIT
        B: UPDATE t SET v = 12 WHERE id = 1 => #1
        B: COMMIT => !OC000
        """);
  }

  @Test
  void lockOfAFunction_outsideOfATransaction_too() throws Exception {
    play(
        FUNCTION,
        """
        B: BEGIN
        B: SELECT count(*) FROM t => [2]
        A: SELECT locked(1) => [10]
        B: UPDATE t SET v = 12 WHERE id = 1 => #1
        B: COMMIT => !OC000
        """);
  }

  @Test
  void lockOfAView_conflictsWithAChange() throws Exception {
    play(
        VIEW,
        """
        B: BEGIN
        B: SELECT count(*) FROM t => [2]
        A: SELECT v FROM locked WHERE id = 1 => [10]
        B: UPDATE t SET v = 12 WHERE id = 1 => #1
        B: COMMIT => !OC000
        """);
  }

  /**
   * What has been locked is not lost when a later statement is taken back; no function is there.
   */
  @Test
  void lockOfAView_staysWhenAStatementIsTakenBack() throws Exception {
    try (DsqlLocal own = DsqlLocal.start()) {
      fill(own);
      play(
          own,
          VIEW,
          """
          A: BEGIN
          A: SELECT v FROM locked WHERE id = 1 => [10]
          B: UPDATE other SET v = 2 => #1
          A: INSERT INTO other VALUES (1, 5) ON CONFLICT DO NOTHING => #0
          B: UPDATE t SET v = 12 WHERE id = 1 => #1
          A: COMMIT => !OC000
          """);
    }
  }

  @Test
  void parentOfAChildThatAFunctionInserts_isLocked() throws Exception {
    play(
        CHILD,
        """
        B: BEGIN
        B: SELECT id FROM t WHERE id = 1 FOR UPDATE => [1]
        B: SELECT count(*) FROM child => [0]
        A: SELECT add_child(5, 1) => [5]
        B: UPDATE other SET v = 3 => #1
        B: COMMIT => !OC000
        """);
  }

  @Test
  void otherRows_areNotLocked() throws Exception {
    play(
        FUNCTION,
        """
        B: BEGIN
        B: SELECT count(*) FROM t => [2]
        A: SELECT locked(1) => [10]
        B: UPDATE t SET v = 22 WHERE id = 2 => #1
        B: COMMIT
        """);
  }
}
