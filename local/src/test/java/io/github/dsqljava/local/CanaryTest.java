package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A function that looks around stands wherever an expression of a client's can stand. Whatever
 * happens to the transaction of its role, it finds that role and the search path that the role has
 * set. It counts in sequences, which no rollback takes back.
 */
class CanaryTest {
  private static final String PATH = "app_schema, public";

  private DsqlLocal cluster;
  private Connection app;
  private Connection rival;

  @BeforeEach
  void start() throws SQLException {
    cluster = DsqlLocal.start();
    Jdbc.createMappedRole(cluster, "app");
    app = Jdbc.connect(cluster, "app");
    rival = Jdbc.connect(cluster, "app");
    for (Connection connection : new Connection[] {app, rival}) {
      Jdbc.executeAgain(connection, "SET search_path = " + PATH);
    }
    Jdbc.executeAgain(
        app,
        "CREATE SEQUENCE right_role CACHE 1",
        "CREATE SEQUENCE wrong_role CACHE 1",
        "CREATE SEQUENCE wrong_path CACHE 1",
        "CREATE FUNCTION looks(x int) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$"
            + " SELECT CASE WHEN current_user <> 'app' THEN nextval('app_schema.wrong_role')"
            + " WHEN pg_catalog.current_setting('search_path') <> '"
            + PATH
            + "' THEN nextval('app_schema.wrong_path')"
            + " ELSE nextval('app_schema.right_role') END > 0 $$",
        "CREATE TABLE hot (id int PRIMARY KEY, n int)",
        "INSERT INTO hot VALUES (1, 0)");
  }

  @AfterEach
  void stop() throws SQLException {
    app.close();
    rival.close();
    cluster.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE t (id int PRIMARY KEY, n int CHECK (looks(n)))",
        "CREATE TABLE t (id int PRIMARY KEY, n int DEFAULT looks(1)::int CHECK (looks(n)))",
        "CREATE TABLE t (id int PRIMARY KEY, n int,"
            + " g boolean GENERATED ALWAYS AS (looks(n)) STORED)",
        "CREATE DOMAIN d AS int CHECK (looks(VALUE)); CREATE TABLE t (id int PRIMARY KEY, n d)",
        "CREATE TABLE t (id int PRIMARY KEY, n int); CREATE UNIQUE INDEX ASYNC ON t (id, looks(n))",
        "CREATE TABLE t (id int PRIMARY KEY, n int);"
            + " CREATE UNIQUE INDEX ASYNC ON t (id) WHERE looks(n)",
        "CREATE TABLE base (id int PRIMARY KEY, n int);"
            + " CREATE VIEW t AS SELECT id, n FROM base WHERE looks(n) WITH CHECK OPTION",
      })
  void expression_findsItsOwnRole(String schema) throws Exception {
    for (String statement : schema.split("; ")) {
      Jdbc.executeAgain(app, statement);
    }
    Jdbc.executeAgain(app, "INSERT INTO t (id, n) SELECT i, i FROM generate_series(1, 5) i");
    cluster.advanceTime(Duration.ofMinutes(1));
    Jdbc.awaitJobs(app);
    Jdbc.executeAgain(app, "SELECT * FROM t");
    Jdbc.executeAgain(rival, "SELECT * FROM t");
    expectRightOnes("before any conflict", /* pathToo= */ false);
    app.setAutoCommit(false);
    rival.setAutoCommit(false);

    change();
    rival("UPDATE t SET n = n + 100 WHERE id = 1"); // app's has given way
    Jdbc.execute(app, "UPDATE t SET n = n + 10 WHERE id = 3"); // resumes it
    app.commit();
    expectRightOnes("resumed", /* pathToo= */ true);

    change();
    rival("UPDATE t SET n = n + 100 WHERE id = 2");
    app.commit();
    expectRightOnes("repeated at COMMIT", /* pathToo= */ true);

    Jdbc.value(app, "SELECT n FROM hot");
    change();
    Jdbc.execute(rival, "UPDATE hot SET n = n + 1");
    rival.commit();
    Jdbc.execute(app, "UPDATE hot SET n = n + 1"); // has lost: on shadows
    Jdbc.execute(app, "UPDATE t SET n = n + 10 WHERE id = 4");
    Jdbc.execute(app, "INSERT INTO t (id, n) VALUES (20, 20)");
    try {
      app.commit();
    } catch (SQLException e) {
      assertThat(e.getSQLState()).isEqualTo("40001");
    }
    expectRightOnes("on shadows", /* pathToo= */ true);

    // Many rows, large ones, and a value that is too large: what the limits look at.
    Jdbc.execute(app, "INSERT INTO t (id, n) SELECT i, i FROM generate_series(101, 2500) i");
    app.commit();
    expectRightOnes("within the limits", /* pathToo= */ true);
  }

  /**
   * PostgreSQL evaluates the constant parts of an index's expressions as whoever plans a statement
   * on its table.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE t (id int PRIMARY KEY, n int);"
            + " CREATE UNIQUE INDEX ASYNC ON t (id) WHERE looks(1)",
        "CREATE TABLE t (id int PRIMARY KEY, n int);"
            + " CREATE INDEX ASYNC ON t ((n + looks(1)::int))",
        "CREATE TABLE t (id int PRIMARY KEY, n int);"
            + " CREATE TABLE c (id int PRIMARY KEY, t int REFERENCES t);"
            + " CREATE UNIQUE INDEX ASYNC ON c (id) WHERE looks(1)",
      })
  void constantPart_findsItsOwnRole(String schema) throws Exception {
    for (String statement : schema.split("; ")) {
      Jdbc.executeAgain(app, statement);
    }
    Jdbc.executeAgain(app, "INSERT INTO t (id, n) SELECT i, i FROM generate_series(1, 5) i");
    cluster.advanceTime(Duration.ofMinutes(1));
    Jdbc.awaitJobs(app);
    // New sessions have planned nothing.
    for (int round = 0; round < 4; round++) {
      try (Connection one = Jdbc.connect(cluster, "app");
          Connection other = Jdbc.connect(cluster, "app")) {
        for (Connection connection : new Connection[] {one, other}) {
          Jdbc.executeAgain(connection, "SET search_path = " + PATH);
          connection.setAutoCommit(false);
        }
        Jdbc.value(one, "SELECT n FROM hot");
        Jdbc.execute(one, "UPDATE t SET n = n + 1 WHERE id = 1");
        Jdbc.execute(other, "UPDATE t SET n = n + 1 WHERE id IN (1, 2)");
        if (round % 2 == 0) {
          other.rollback();
        } else {
          other.commit();
        }
        Jdbc.execute(one, "UPDATE t SET n = n + 1 WHERE id = 3");
        Jdbc.execute(one, "DELETE FROM t WHERE id = 4");
        Jdbc.execute(one, "INSERT INTO t (id, n) VALUES (4, 4)");
        if (round >= 2) {
          Jdbc.execute(other, "UPDATE t SET n = n + 1 WHERE id = 3");
          other.rollback();
        }
        try {
          one.commit();
        } catch (SQLException e) {
          assertThat(e.getSQLState()).isEqualTo("40001");
        }
      }
    }
    try (Connection connection = Jdbc.connect(cluster, "app")) {
      assertThat(calls(connection, "wrong_role")).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void constraint_thatAJobValidates_findsItsOwnRole(boolean parked) throws Exception {
    Jdbc.executeAgain(
        app,
        "CREATE TABLE t (id int PRIMARY KEY, n int)",
        "INSERT INTO t VALUES (1, 1), (2, 2)",
        "ALTER TABLE t ADD CONSTRAINT k CHECK (looks(n)) NOT VALID");
    if (parked) {
      Jdbc.executeAgain(rival, "SELECT * FROM t");
      app.setAutoCommit(false);
      rival.setAutoCommit(false);
      Jdbc.execute(app, "UPDATE t SET n = 5 WHERE id = 1");
      rival("UPDATE t SET n = 6 WHERE id = 1");
      app.commit();
      app.setAutoCommit(true);
      rival.setAutoCommit(true);
    }
    Jdbc.executeAgain(app, "ALTER TABLE ASYNC t VALIDATE CONSTRAINT k");
    cluster.advanceTime(Duration.ofMinutes(1));
    Jdbc.awaitJobs(app);
    expectRightOnes("validated", /* pathToo= */ false);
  }

  /** What a job evaluates without a trace of it in the catalog, and what it only plans. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE DOMAIN d AS text CHECK (looks(length(VALUE)));"
            + " CREATE TABLE t (id int PRIMARY KEY, n d);"
            + " ALTER TABLE t ADD CONSTRAINT k"
            + " CHECK (jsonb_populate_record(t, '{\"n\": \"x\"}') IS NOT NULL) NOT VALID",
        "CREATE TABLE p (id int PRIMARY KEY, v int);"
            + " CREATE INDEX ASYNC ON p ((looks(1)), v);"
            + " CREATE TABLE t (id int PRIMARY KEY, n int);"
            + " ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (n) REFERENCES p NOT VALID",
        "CREATE TABLE t (id int PRIMARY KEY, n int);"
            + " CREATE STATISTICS s ON (looks(1)), (n + 1) FROM t;"
            + " ALTER TABLE t ADD CONSTRAINT k CHECK (id < 9) NOT VALID",
      })
  void hiddenCallOfAJob_findsItsOwnRole(String schema) throws Exception {
    for (String statement : schema.split("; ")) {
      Jdbc.executeAgain(app, statement);
    }
    Jdbc.executeAgain(app, "INSERT INTO t (id) VALUES (1), (2)");
    Jdbc.executeAgain(app, "ALTER TABLE ASYNC t VALIDATE CONSTRAINT k");
    Jdbc.executeAgain(app, "CREATE UNIQUE INDEX ASYNC ON t (n)");
    cluster.advanceTime(Duration.ofMinutes(1));
    Jdbc.awaitJobs(app);
    try (Connection connection = Jdbc.connect(cluster, "app")) {
      assertThat(calls(connection, "wrong_role")).isFalse();
    }
  }

  /** By PostgreSQL's statistics, which it evaluates when it plans. */
  @Test
  void statisticsOfATable_findTheirOwnRole() throws Exception {
    Jdbc.executeAgain(app, "CREATE TABLE t (id int PRIMARY KEY, n int)");
    Jdbc.executeAgain(app, "CREATE STATISTICS s ON (looks(1)), (n + 1) FROM t");
    Jdbc.executeAgain(app, "INSERT INTO t SELECT i, i FROM generate_series(1, 5) i");
    Jdbc.executeAgain(rival, "SELECT * FROM t");
    app.setAutoCommit(false);
    rival.setAutoCommit(false);
    Jdbc.execute(app, "UPDATE t SET n = n + 10 WHERE id IN (1, 2)");
    rival("UPDATE t SET n = n + 100 WHERE id = 1");
    Jdbc.execute(app, "UPDATE t SET n = n + 10 WHERE id = 3");
    app.commit();
    try (Connection connection = Jdbc.connect(cluster, "app")) {
      assertThat(calls(connection, "wrong_role")).isFalse();
    }
  }

  /** A job's session takes over nothing that a function has set. */
  @Test
  void searchPath_thatAJobsFunctionLeavesBehind_isNotTheJobs() throws Exception {
    Jdbc.executeAgain(
        app,
        "CREATE FUNCTION floor(x numeric) RETURNS numeric LANGUAGE sql AS $$"
            + " SELECT CASE WHEN looks(1) THEN x ELSE x END $$",
        "CREATE FUNCTION leaves(x int) RETURNS boolean LANGUAGE sql AS $$"
            + " SELECT pg_catalog.set_config('search_path', 'app_schema, pg_catalog', false) <> '' $$",
        "CREATE TABLE t (id int PRIMARY KEY, n int)",
        "INSERT INTO t VALUES (1, 1)",
        "ALTER TABLE t ADD CONSTRAINT k CHECK (leaves(n)) NOT VALID",
        "ALTER TABLE ASYNC t VALIDATE CONSTRAINT k");
    cluster.advanceTime(Duration.ofMinutes(1));
    Jdbc.awaitJobs(app);
    Jdbc.executeAgain(app, "CREATE INDEX ASYNC ON t (n)");
    cluster.advanceTime(Duration.ofMinutes(1));
    Jdbc.awaitJobs(app);
    try (Connection connection = Jdbc.connect(cluster, "app")) {
      assertThat(calls(connection, "wrong_role")).isFalse();
    }
  }

  private void change() throws SQLException {
    Jdbc.execute(app, "UPDATE t SET n = n + 10 WHERE id IN (1, 2)");
    Jdbc.execute(app, "DELETE FROM t WHERE id = 5");
    Jdbc.execute(app, "INSERT INTO t (id, n) VALUES (5, 55)");
    Jdbc.execute(app, "UPDATE t SET id = 6 WHERE id = 5");
    Jdbc.execute(app, "UPDATE t SET id = 5 WHERE id = 6");
  }

  private void rival(String sql) throws SQLException {
    Jdbc.execute(rival, sql);
    rival.rollback();
  }

  private void expectRightOnes(String when, boolean pathToo) throws SQLException {
    try (Connection connection = Jdbc.connect(cluster, "app")) {
      boolean rightRole = calls(connection, "right_role");
      boolean wrongPath = calls(connection, "wrong_path");
      assertThat(rightRole || (wrongPath && !pathToo)).as("looked " + when).isTrue();
      assertThat(wrongPath && pathToo).as("another path " + when).isFalse();
      assertThat(calls(connection, "wrong_role")).as("another role " + when).isFalse();
    }
  }

  /** Whether it was called so; forgets it. */
  private static boolean calls(Connection connection, String sequence) throws SQLException {
    String name = "app_schema." + sequence;
    boolean called = Jdbc.value(connection, "SELECT is_called FROM " + name).equals("t");
    Jdbc.execute(connection, "SELECT setval('" + name + "', 1, false)");
    return called;
  }
}
