package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.limits.Limits;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/** How old a transaction may get, whoever has begun it. */
class TransactionAgeTest {
  private static final String ABORTED =
      "!25P02 ERROR: current transaction is aborted, commands ignored until end of transaction block";

  private static DsqlLocal cluster;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void ageCountsAtTheNextStatementOrCommit(String protocol) throws Exception {
    try (Script sessions = new Script(cluster, "admin", protocol)) {
      sessions.play(
          """
          A: DROP TABLE IF EXISTS age
          A: CREATE TABLE age (id int PRIMARY KEY)
          A: BEGIN
          A: INSERT INTO age VALUES (1)
          B: BEGIN
          B: INSERT INTO age VALUES (2)
          C: BEGIN
          """);
      cluster.advanceTime(Duration.ofSeconds(290));
      sessions.play("A: SELECT count(*) FROM age => [1]");
      cluster.advanceTime(Duration.ofSeconds(15));
      String late = "!54000 ERROR: transaction age limit of 300s exceeded";
      sessions.play("A: SELECT count(*) FROM age => " + late);
      sessions.play("A: SELECT 1 => " + ABORTED);
      sessions.play("A: COMMIT => #0");
      sessions.play("B: COMMIT => " + late);
      sessions.play("B: status => idle");
      sessions.play("C: ROLLBACK => #0");
      sessions.play("A: SELECT count(*) FROM age => [0]");
    }
  }

  /**
   * No statement is cut while it runs. One that was slow fails at its end, whatever its transaction
   * is, unless it merely sleeps. By the clock of PostgreSQL, which is the one of changes.
   */
  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void ageCountsWithoutATransactionOfTheClients(String protocol) throws Exception {
    Limits limits = Limits.builder().transactionAge(Duration.ofSeconds(1)).build();
    try (DsqlLocal small = DsqlLocal.builder().limits(limits).start()) {
      Script.play(
          small,
          protocol,
          """
          A: CREATE TABLE slow (id int PRIMARY KEY, v int)
          A: INSERT INTO slow VALUES (1, 0) => #1
          A: UPDATE slow SET v = 1 WHERE pg_sleep(1.2) IS NOT NULL => LATE
          A: status => idle
          A: UPDATE slow SET v = 1 WHERE pg_sleep(1.2) IS NULL => LATE
          A: INSERT INTO slow SELECT 2, 2 WHERE pg_sleep(1.2) IS NOT NULL => LATE
          A: DELETE FROM slow WHERE pg_sleep(1.2) IS NOT NULL => LATE
          A: WITH gone AS (DELETE FROM slow WHERE pg_sleep(1.2) IS NOT NULL RETURNING 1) SELECT 1 => LATE
          A: SELECT count(*) FROM slow WHERE pg_sleep(1.2) IS NOT NULL => LATE
          A: status => idle
          A: SELECT id FROM slow WHERE pg_sleep(1.2) IS NOT NULL FOR UPDATE => LATE
          A: SELECT pg_sleep(1.2) IS NULL => [f]
          A: SELECT * FROM slow => [1, 0]
          A: UPDATE slow SET v = 1 WHERE pg_sleep(0.2) IS NOT NULL => #1
          -- All statements of one string are one transaction.
          A: UPDATE slow SET v = 3; SELECT pg_sleep(1.2) => LATE
          A: UPDATE slow SET v = 3; SELECT pg_sleep(1.2); SELECT 1 => LATE
          A: SELECT pg_sleep(0.6); UPDATE slow SET v = 3 WHERE pg_sleep(0.6) IS NOT NULL => LATE
          A: SELECT count(*) FROM slow; SELECT pg_sleep(1.2); SELECT 1 => LATE
          A: status => idle
          A: SELECT pg_sleep(1.2) IS NULL; SELECT 1 => LATE
          A: SELECT 1; SELECT pg_sleep(1.2) => LATE
          A: CREATE TABLE late (id int); SELECT pg_sleep(1.2) => LATE
          A: SELECT pg_sleep(1.2); CREATE TABLE late (id int) => LATE
          A: SELECT to_regclass('late') IS NULL => [t]
          A: CREATE TABLE early (id int); SELECT 1
          A: SELECT to_regclass('early') IS NULL => [f]
          A: EXPLAIN ANALYZE SELECT FROM slow WHERE pg_sleep(1.2) IS NOT NULL => LATE
          A: EXPLAIN SELECT FROM slow WHERE pg_sleep(1.2) IS NOT NULL
          A: UPDATE slow SET v = 1; SELECT pg_sleep(0.1); SELECT v FROM slow => #1
          A: SELECT * FROM slow => [1, 1]
          """
              .replace("LATE", "!54000 ERROR: transaction age limit of 1s exceeded")
              .replace("ABORTED", ABORTED));
    }
  }

  /** The same in a transaction of the client's, by the cluster's own clock. */
  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void ageCountsAtTheEndOfASlowStatementOfATransaction(String protocol) throws Exception {
    try (Script sessions = new Script(cluster, "admin", protocol)) {
      playWhileTimeGoesOn(
          sessions,
          """
          A: DROP TABLE IF EXISTS slow
          A: CREATE TABLE slow (id int PRIMARY KEY, v int)
          A: INSERT INTO slow VALUES (1, 1) => #1
          A: BEGIN
          A: UPDATE slow SET v = 2 WHERE pg_sleep(3) IS NOT NULL => LATE
          A: SELECT 1 => ABORTED
          A: ROLLBACK
          A: BEGIN
          A: UPDATE slow SET v = 2 => #1
          A: SELECT pg_sleep(3) IS NULL => [f]
          A: COMMIT => LATE
          A: status => idle
          A: BEGIN
          A: SELECT pg_sleep(3) IS NULL => [f]
          A: ROLLBACK
          -- A read of a table, too.
          A: BEGIN
          A: SELECT count(*) FROM slow WHERE pg_sleep(3) IS NOT NULL => LATE
          A: status => failed
          A: SELECT 1 => ABORTED
          A: COMMIT => #0
          A: status => idle
          A: SELECT * FROM slow => [1, 1]
          A: BEGIN; UPDATE slow SET v = 3; SELECT pg_sleep(3); COMMIT => LATE
          A: ROLLBACK
          A: BEGIN; UPDATE slow SET v = 3; SELECT pg_sleep(3)
          A: COMMIT => LATE
          A: SELECT * FROM slow => [1, 1]
          """
              .replace("LATE", "!54000 ERROR: transaction age limit of 300s exceeded")
              .replace("ABORTED", ABORTED));
    }
  }

  /** While a statement of this script sleeps, the clock of the cluster goes on. */
  private void playWhileTimeGoesOn(Script sessions, String script) throws Exception {
    for (String line : script.lines().toList()) {
      if (line.contains("pg_sleep")) {
        String[] sqlAndAnswer = line.split(" => ", 2);
        sessions.play(sqlAndAnswer[0].replaceFirst("^A:", "A!") + "\nA^");
        cluster.advanceTime(Duration.ofSeconds(301));
        sessions.play(sqlAndAnswer.length == 1 ? "A?" : "A? => " + sqlAndAnswer[1]);
      } else {
        sessions.play(line);
      }
    }
  }

  /** By the cluster's own clock. */
  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void statementThatRunsWhileTimeIsPutForward_failsAtItsEnd(String protocol) throws Exception {
    try (Script sessions = new Script(cluster, "admin", protocol)) {
      sessions.play(
          """
          A: DROP TABLE IF EXISTS meanwhile
          A: CREATE TABLE meanwhile (id int PRIMARY KEY, v int)
          A: INSERT INTO meanwhile VALUES (1, 0)
          A: BEGIN
          A! UPDATE meanwhile SET v = 1 WHERE pg_sleep(0.7) IS NOT NULL
          A^
          B! SELECT count(*) FROM meanwhile WHERE pg_sleep(0.7) IS NOT NULL
          B^
          """);
      cluster.advanceTime(Duration.ofSeconds(301));
      sessions.play(
          """
          A? => LATE
          A: status => failed
          A: ROLLBACK
          B? => LATE
          A: SELECT v FROM meanwhile => [0]
          """
              .replace("LATE", "!54000 ERROR: transaction age limit of 300s exceeded"));
    }
  }

  @Test
  void ageTellsItsNumbers() throws Exception {
    try (DsqlLocal small =
            DsqlLocal.builder()
                .limits(Limits.builder().transactionAge(Duration.ofSeconds(5)).build())
                .start();
        Connection connection = Jdbc.connect(small, "admin")) {
      connection.setAutoCommit(false);
      Jdbc.execute(connection, "SELECT 1");
      small.advanceTime(Duration.ofSeconds(7));
      assertThatThrownBy(() -> Jdbc.execute(connection, "SELECT 1"))
          .isInstanceOfSatisfying(
              PSQLException.class,
              e -> {
                assertThat(e.getServerErrorMessage().getMessage())
                    .isEqualTo("transaction age limit of 5s exceeded");
                assertThat(e.getServerErrorMessage().getDetail())
                    .isEqualTo("Current transaction age 7s exceeds 5s");
              });
    }
  }
}
