package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which transactions may have freed a key that a snapshot shows, or taken a child away: only beside
 * these are keys looked at on the snapshot. {@link KeysOnTheSnapshotTest} says what is found then.
 */
@ParameterizedClass
@ValueSource(strings = {"simple", "extended"})
class FreedKeysTest {
  private static DsqlLocal cluster;

  @Parameter String protocol;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.builder().jobDelay(Duration.ZERO).start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private void play(String script) throws Exception {
    Script.play(cluster, protocol, script);
  }

  private static void table(String name, String... statements) throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "DROP TABLE IF EXISTS " + name + " CASCADE");
      Jdbc.execute(admin, statements);
      Jdbc.awaitJobs(admin);
    }
  }

  private static String taken(String constraint) {
    return "!23505 ERROR: duplicate key value violates unique constraint \"" + constraint + "\"\n";
  }

  private static void numbers(String columns) throws Exception {
    table(
        "freed",
        "CREATE TABLE freed (id int PRIMARY KEY, a int, n int" + columns + ")",
        "INSERT INTO freed VALUES (1, 10, 0), (2, 20, 0)");
  }

  @Test
  void transactionThatBeganBeforeTheSnapshot_andIsNotTheNewest() throws Exception {
    numbers("");
    play(
        """
        B: BEGIN
        B: DELETE FROM freed WHERE id = 1 => #1
        C: DELETE FROM freed WHERE id = 2 => #1
        A: BEGIN
        A: SELECT id FROM freed ORDER BY id => [1]
        B: COMMIT
        A: INSERT INTO freed VALUES (1, 0, 0) => """
            + taken("freed_pkey")
            + "A: ROLLBACK\n");
  }

  @Test
  void transactionThatGaveWay_andRepeatsItsChanges() throws Exception {
    numbers("");
    play(
        """
        A: BEGIN
        A: SELECT id FROM freed ORDER BY id => [1] [2]
        B: BEGIN
        B: DELETE FROM freed WHERE id = 1 => #1
        C: BEGIN
        C: UPDATE freed SET n = 1 WHERE id = 1 => #1
        C: ROLLBACK
        B: COMMIT
        A: INSERT INTO freed VALUES (1, 0, 0) => """
            + taken("freed_pkey")
            + "A: ROLLBACK\n");
  }

  @Test
  void indexThatIsMadeWhileSessionsKnowTheTable() throws Exception {
    numbers("");
    try (Connection maker = Jdbc.connect(cluster, "admin");
        Connection b = Jdbc.connect(cluster, "admin");
        Connection a = Jdbc.connect(cluster, "admin")) {
      Jdbc.executeAgain(b, "UPDATE freed SET a = a, n = n");
      Jdbc.execute(maker, "CREATE UNIQUE INDEX ASYNC freed_a ON freed (a)");
      Jdbc.awaitJobs(maker);
      Jdbc.executeAgain(a, "SELECT 1 FROM freed");
      Jdbc.executeAgain(b, "SELECT 1 FROM freed");
      a.setAutoCommit(false);
      Jdbc.value(a, "SELECT count(*) FROM freed");
      Jdbc.execute(b, "UPDATE freed SET a = 11 WHERE id = 1");
      assertThat(stateOf(a, "INSERT INTO freed VALUES (3, 10, 0)")).isEqualTo("23505");
      a.rollback();
    }
  }

  @Test
  void foreignKeyThatIsAddedLater() throws Exception {
    table("child", "CREATE TABLE child (id int PRIMARY KEY, p int)");
    numbers("");
    try (Connection maker = Jdbc.connect(cluster, "admin");
        Connection b = Jdbc.connect(cluster, "admin");
        Connection a = Jdbc.connect(cluster, "admin")) {
      Jdbc.executeAgain(b, "INSERT INTO child VALUES (1, 1)", "UPDATE child SET p = 1");
      Jdbc.execute(maker, "ALTER TABLE child ADD FOREIGN KEY (p) REFERENCES freed NOT VALID");
      Jdbc.executeAgain(a, "SELECT 1 FROM freed");
      Jdbc.executeAgain(b, "SELECT 1 FROM freed");
      a.setAutoCommit(false);
      Jdbc.value(a, "SELECT count(*) FROM freed");
      Jdbc.execute(b, "UPDATE child SET p = 2");
      assertThat(stateOf(a, "DELETE FROM freed WHERE id = 1")).isEqualTo("23503");
      a.rollback();
    }
  }

  @Test
  void columnThatAKeyIsComputedFrom() throws Exception {
    numbers(", g int GENERATED ALWAYS AS (a * 2) STORED, UNIQUE (g)");
    freesAndTakes("UPDATE freed SET a = 11 WHERE id = 1", "freed_g_key");
    numbers("");
    table(
        "freed",
        "CREATE TABLE freed (id int PRIMARY KEY, a int, n int)",
        "CREATE UNIQUE INDEX ASYNC freed_e ON freed ((a + 1)) WHERE n < 5",
        "INSERT INTO freed VALUES (1, 10, 0), (2, 20, 0)");
    freesAndTakes("UPDATE freed SET a = 11 WHERE id = 1", "freed_e");
    freesAndTakes(
        "UPDATE freed SET a = 10 WHERE id = 1", "UPDATE freed SET n = 5 WHERE id = 1", "freed_e");
  }

  @Test
  void rowThatAKeyDependsOn() throws Exception {
    table(
        "freed",
        "CREATE TABLE freed (id int PRIMARY KEY, a int, n int)",
        "CREATE UNIQUE INDEX ASYNC freed_row ON freed (n) WHERE freed IS NOT NULL",
        "INSERT INTO freed VALUES (1, 10, 0), (2, 20, 1)");
    freesAndTakes("UPDATE freed SET a = NULL WHERE id = 1", "freed_row");
  }

  /** Neither what a type finds equal nor what settings print alike is the same. */
  @Test
  void valuesThatLookTheSame() throws Exception {
    table(
        "freed",
        "CREATE TABLE freed (id int PRIMARY KEY, a int, n numeric)",
        "CREATE UNIQUE INDEX ASYNC freed_text ON freed ((n::text))",
        "INSERT INTO freed VALUES (1, 10, 0), (2, 20, 1)");
    freesAndTakes("UPDATE freed SET n = 0.0 WHERE id = 1", "freed_text");
    table(
        "freed",
        "CREATE TABLE freed (id int PRIMARY KEY, a float8 UNIQUE, n int)",
        "INSERT INTO freed VALUES (1, 10, 0), (2, 20, 1)");
    freesAndTakes(
        "SET extra_float_digits = -15",
        "UPDATE freed SET a = 10.0000000000001 WHERE id = 1",
        "freed_a_key");
    table(
        "freed",
        "CREATE TABLE freed (id int PRIMARY KEY, a int, n json)",
        "CREATE UNIQUE INDEX ASYNC freed_json ON freed ((n::text))",
        "INSERT INTO freed VALUES (1, 10, '0'), (2, 20, '1')");
    freesAndTakes("UPDATE freed SET n = '5' WHERE id = 1", "freed_json");
  }

  /**
   * PostgreSQL fires the triggers of a table's statements once when one statement has several of
   * them, for the columns of the last.
   */
  @Test
  void severalUpdatesInOneStatement() throws Exception {
    numbers(", UNIQUE (a)");
    String back = "UPDATE freed SET a = 10, n = 0 WHERE id = 1";
    freesAndTakes(
        back,
        "WITH one AS (UPDATE freed SET a = 11 WHERE id = 1 RETURNING a)"
            + " UPDATE freed SET n = a FROM (SELECT count(*) FROM one) x WHERE id = 2",
        "freed_a_key");
    freesAndTakes(
        back,
        "WITH one AS (UPDATE freed SET n = 11 WHERE id = 2)"
            + " UPDATE freed SET a = 12 WHERE id = 1",
        "freed_a_key");
    freesAndTakes(
        back,
        "WITH one AS (INSERT INTO freed VALUES (2, 0, 0) ON CONFLICT (id) DO UPDATE SET n = 4)"
            + " UPDATE freed SET a = 13 WHERE id = 1",
        "freed_a_key");
    play(
        """
        B: UPDATE freed SET a = 10 WHERE id = 1
        A: BEGIN
        A: SELECT a FROM freed ORDER BY id => [10] [20]
        B: UPDATE freed SET a = 14 WHERE id = 1
        A: WITH one AS (UPDATE freed SET a = 10 WHERE id = 2) UPDATE freed SET n = 1 WHERE id = 3 => """
            + taken("freed_a_key")
            + "A: ROLLBACK\n");
  }

  @Test
  void updateThatIsNamedOtherwise() throws Exception {
    numbers(", UNIQUE (a)");
    String back = "UPDATE freed SET a = 10 WHERE id = 1";
    freesAndTakes(
        "INSERT INTO freed VALUES (1, 0, 0) ON CONFLICT (id) DO UPDATE SET a = 12", "freed_a_key");
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          admin,
          "CREATE VIEW renamed AS SELECT id AS x, a AS y FROM freed",
          "CREATE OR REPLACE FUNCTION move_it() RETURNS void LANGUAGE sql"
              + " AS 'UPDATE public.freed SET a = 14 WHERE id = 1'");
    }
    freesAndTakes(back, "UPDATE renamed SET y = 13 WHERE x = 1", "freed_a_key");
    freesAndTakes(back, "SELECT move_it()", "freed_a_key");
  }

  private void freesAndTakes(String frees, String constraint) throws Exception {
    freesAndTakes("SELECT 1", frees, constraint);
  }

  /** A has its snapshot, B frees the key of the row 1, and A takes it. */
  private void freesAndTakes(String before, String frees, String constraint) throws Exception {
    play(
        "B: "
            + before
            + "\nA: BEGIN\nA: SELECT a FROM freed WHERE id = 1 => [10]\nB: "
            + frees
            + "\nA: INSERT INTO freed VALUES (3, 10, '0') => "
            + taken(constraint)
            + "A: ROLLBACK\n");
  }

  /** What is freed in one run of the program is known to the next. */
  @Test
  void cluster_startedOnItsOldData(@TempDir Path data) throws Exception {
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (DsqlLocal first = DsqlLocal.builder().dataDirectory(data.resolve("d")).start();
        Connection admin = Jdbc.connect(first, "admin")) {
      Jdbc.execute(
          admin,
          "CREATE TABLE freed (id int PRIMARY KEY, a int UNIQUE, n int)",
          "INSERT INTO freed VALUES (1, 10, 0), (2, 20, 0)",
          "DELETE FROM freed WHERE id = 2");
    }
    try (DsqlLocal again = DsqlLocal.builder().dataDirectory(data.resolve("d")).start()) {
      Script.play(
          again,
          protocol,
          """
          A: BEGIN
          A: SELECT id FROM freed => [1]
          B: UPDATE freed SET a = 11 => #1
          A: INSERT INTO freed VALUES (3, 10, '0') => """
              + taken("freed_a_key")
              + "A: ROLLBACK\n");
    }
  }

  /** The index counts how often PostgreSQL evaluates it; a statement on shadows does it again. */
  @Test
  void changeThatConcernsNoKey_isNotLookedAt() throws Exception {
    countedTable();
    try (Connection a = Jdbc.connect(cluster, "admin");
        Connection b = Jdbc.connect(cluster, "admin")) {
      long alone = callsOf(a, "UPDATE freed SET n = n + 1 WHERE id = 1");
      b.setAutoCommit(false);
      Jdbc.execute(b, "UPDATE freed SET n = n + 1 WHERE id = 2");
      assertThat(callsOf(a, "UPDATE freed SET n = n + 1 WHERE id = 1")).isEqualTo(alone);
      b.rollback();
      Jdbc.execute(b, "DELETE FROM freed WHERE id = 2");
      assertThat(callsOf(a, "UPDATE freed SET n = n + 1 WHERE id = 1")).isEqualTo(alone);
      b.rollback();
    }
  }

  /** Programs that set all columns, and transactions that repeat their changes, free nothing. */
  @Test
  void keyThatIsSetToWhatItWas_isNotFreed() throws Exception {
    countedTable();
    try (Connection a = Jdbc.connect(cluster, "admin");
        Connection b = Jdbc.connect(cluster, "admin");
        Connection c = Jdbc.connect(cluster, "admin")) {
      String same = "UPDATE freed SET id = 1, a = 1, n = n + 1 WHERE id = 1";
      long alone = callsOf(a, same);
      b.setAutoCommit(false);
      Jdbc.execute(b, "DELETE FROM freed WHERE id = 2");
      assertThat(callsOf(a, same)).isEqualTo(alone);
      b.rollback();
      c.setAutoCommit(false);
      Jdbc.value(c, "SELECT count(*) FROM freed");
      Jdbc.execute(b, "UPDATE freed SET n = 5 WHERE id = 3");
      Jdbc.execute(a, "UPDATE freed SET n = 6 WHERE id = 3"); // b gives way, and loses
      Jdbc.execute(a, same);
      long before = calls(c);
      Jdbc.execute(c, "INSERT INTO freed VALUES (60, 60, 0)");
      assertThat(calls(c) - before).isEqualTo(1);
      c.rollback();
      b.rollback();
    }
  }

  /** The note is written under an advisory lock; a client that held it would stop all others. */
  @Test
  void lockOfTheNote_isOutOfReach() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      for (String function :
          new String[] {
            "pg_advisory_xact_lock(bigint)",
            "pg_advisory_lock(bigint)",
            "pg_advisory_lock_shared(bigint)",
            "pg_try_advisory_xact_lock(integer, integer)"
          }) {
        assertThat(
                Jdbc.value(
                    admin, "SELECT has_function_privilege('" + function + "', 'EXECUTE')::text"))
            .as(function)
            .isEqualTo("false");
      }
    }
  }

  private static void countedTable() throws Exception {
    table(
        "freed",
        "CREATE SEQUENCE IF NOT EXISTS calls CACHE 1",
        "CREATE OR REPLACE FUNCTION counted(x int) RETURNS int LANGUAGE sql IMMUTABLE"
            + " AS $$ SELECT x + 0 * nextval('public.calls')::int $$",
        "CREATE TABLE freed (id int PRIMARY KEY, a int, n int)",
        "CREATE UNIQUE INDEX ASYNC freed_counted ON freed (counted(a))",
        "INSERT INTO freed SELECT i, i, 0 FROM generate_series(1, 50) i");
  }

  private static long callsOf(Connection session, String statement) throws SQLException {
    session.setAutoCommit(false);
    long before = calls(session);
    Jdbc.execute(session, statement);
    long after = calls(session);
    session.commit();
    session.setAutoCommit(true);
    return after - before;
  }

  private static long calls(Connection session) throws SQLException {
    return Long.parseLong(Jdbc.value(session, "SELECT last_value FROM calls"));
  }

  private static String stateOf(Connection session, String statement) {
    try {
      Jdbc.execute(session, statement);
      return "00000";
    } catch (SQLException e) {
      return e.getSQLState();
    }
  }
}
