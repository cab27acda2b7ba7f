package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * B sends a statement that takes seconds while nobody else is about. A, who comes then, is not kept
 * waiting, and B's statement comes to its end all the same.
 */
@ParameterizedClass
@ValueSource(strings = {"simple", "extended", "extendedCacheEverything"})
class SlowStatementsTest {
  /** A second, and almost another one for a busy machine: less than B's statement takes. */
  private static final Duration PROMISE = Duration.ofMillis(1900);

  /** Has changed row 1 when it falls asleep. */
  private static final String SLOW =
      "UPDATE t SET v = v + 1 WHERE id = 1 OR (id = 2 AND pg_sleep(2) IS NOT NULL)";

  private static DsqlLocal cluster;

  @Parameter String protocol;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void fill() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          admin,
          "DROP TABLE IF EXISTS t",
          "CREATE TABLE t (id int PRIMARY KEY, v int)",
          "INSERT INTO t VALUES (1, 10), (2, 20), (3, 30), (4, 40)");
    }
  }

  /** Plays three parts; in the second one nothing may take long. */
  private void play(String before, String promised, String after) throws Exception {
    try (Script script = new Script(cluster, "admin", protocol)) {
      script.play("A: SELECT 1");
      script.play(before);
      long start = System.nanoTime();
      script.play(promised);
      Duration taken = Duration.ofNanos(System.nanoTime() - start);
      assertThat(taken).as(promised).isLessThan(PROMISE);
      script.play(after);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "B: SELECT count(*) FROM t",
        "B: SELECT v FROM t WHERE id = 3 FOR UPDATE",
        "B: UPDATE t SET v = v + 1 WHERE id = 3",
        ""
      })
  void slowStatementOfALoneTransaction_keepsNobodyWaiting(String first) throws Exception {
    play(
        "B: BEGIN\n" + first + "\nB! " + SLOW + "\nB^",
        """
        A: BEGIN
        A: UPDATE t SET v = 0 WHERE id = 1 => #1
        B~
        A: ROLLBACK
        """,
        """
        B? => #2
        B: SELECT v FROM t WHERE id < 3 ORDER BY id => [11] [21]
        B: COMMIT
        A: SELECT v FROM t WHERE id < 3 ORDER BY id => [11] [21]
        """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"B: SELECT count(*) FROM t", "B: UPDATE t SET v = v + 1 WHERE id = 3", ""})
  void slowStatementOfALoneTransaction_hasLostItsRows_andIsToldSoAtCommit(String first)
      throws Exception {
    play(
        "B: BEGIN\n" + first + "\nB! " + SLOW + "\nB^",
        """
        A: UPDATE t SET v = 0 WHERE id = 1 => #1
        B~
        """,
        """
        B? => #2
        B: SELECT v FROM t WHERE id < 3 ORDER BY id => [11] [21]
        B: COMMIT => !OC000
        A: SELECT v FROM t ORDER BY id => [0] [20] [30] [40]
        """);
  }

  /** The function is the first of its cluster: before, a query could change nothing. */
  @Test
  void slowStatementBehindAQueryThatChangesRows_losesNothing() throws Exception {
    try (DsqlLocal own = DsqlLocal.start();
        Script script = new Script(own, "admin", protocol)) {
      script.play(
          """
          A: CREATE TABLE t (id int PRIMARY KEY, v int)
          A: INSERT INTO t VALUES (1, 10), (2, 20), (3, 30)
          A: CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'UPDATE t SET v = 31 WHERE id = 3; SELECT 1'
          B: BEGIN
          B: SELECT f() => [1]
          B! %s
          B^
          A: BEGIN
          A: UPDATE t SET v = 0 WHERE id = 1 => #1
          A: ROLLBACK
          B? => #2
          B: COMMIT
          A: SELECT v FROM t ORDER BY id => [11] [21] [31]
          """
              .formatted(SLOW));
    }
  }

  @Test
  void slowReadBehindAChange_keepsNobodyWaiting() throws Exception {
    play(
        """
        B: BEGIN
        B: UPDATE t SET v = 11 WHERE id = 1 => #1
        B! SELECT count(*) FROM (SELECT pg_sleep(2)) s
        B^
        """,
        """
        A: BEGIN
        A: UPDATE t SET v = 0 WHERE id = 1 => #1
        B~
        A: ROLLBACK
        """,
        """
        B? => [1]
        B: COMMIT
        A: SELECT v FROM t WHERE id = 1 => [11]
        """);
  }

  @Test
  void slowStatementByItself_keepsNobodyWaiting() throws Exception {
    play(
        "B! " + SLOW + "\nB^",
        """
        A: BEGIN
        A: UPDATE t SET v = 0 WHERE id = 1 => #1
        B~
        A: ROLLBACK
        """,
        """
        B? => #2
        A: SELECT v FROM t WHERE id < 3 ORDER BY id => [11] [21]
        """);
  }

  /** It is stopped more often than it is run again in place. */
  @Test
  void slowStatementByItself_thatIsStoppedManyTimes_comesToItsEnd() throws Exception {
    String stop =
        """
        B^
        A: BEGIN
        A: UPDATE t SET v = 0 WHERE id = 1 => #1
        A: ROLLBACK
        """;
    try (Script script = new Script(cluster, "admin", protocol)) {
      script.play("A: SELECT 1\nB! " + SLOW + "\n" + stop.repeat(5));
      script.play(
          """
          B? => #2
          A: SELECT v FROM t WHERE id < 3 ORDER BY id => [11] [21]
          """);
    }
  }

  /** The key was taken on B's snapshot, and is free by the time that B takes it. */
  @ParameterizedTest
  @ValueSource(strings = {"", "B: SELECT count(*) FROM t"})
  void keyThatIsFreedWhileAStatementRuns_isTakenOnItsSnapshot(String first) throws Exception {
    play(
        "B: BEGIN\n" + first + "\nB! INSERT INTO t SELECT 4, 41 FROM pg_sleep(2)\nB^",
        "A: DELETE FROM t WHERE id = 4 => #1\nB~",
        "B? => !23505 ERROR: duplicate key value violates unique constraint \"t_pkey\"\n"
            + "B: ROLLBACK");
  }

  @Test
  void slowPartOfAQueryOfSeveralStatements_keepsNobodyWaiting() throws Exception {
    play(
        "B: BEGIN\nB! UPDATE t SET v = 31 WHERE id = 3; " + SLOW + "; SELECT 1\nB^",
        """
        A: BEGIN
        A: UPDATE t SET v = 0 WHERE id = 1 => #1
        A: UPDATE t SET v = 0 WHERE id = 3 => #1
        B~
        A: ROLLBACK
        """,
        """
        B?
        B: COMMIT
        A: SELECT v FROM t WHERE id < 4 ORDER BY id => [11] [21] [31]
        """);
  }
}
