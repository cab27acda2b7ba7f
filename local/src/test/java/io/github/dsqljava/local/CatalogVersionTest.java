package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.catalog.SchemaReach;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OC001: who is told that the catalog has changed, when, and how often. */
class CatalogVersionTest {
  private static final String CHANGED =
      "!40001 ERROR: schema has been updated by another transaction (OC001)";

  private static DsqlLocal cluster;

  @BeforeAll
  static void start() throws SQLException {
    cluster = DsqlLocal.start();
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          admin,
          "CREATE TABLE t (id int PRIMARY KEY, v int)",
          "INSERT INTO t VALUES (1, 0)",
          "CREATE TABLE other (id int PRIMARY KEY)",
          "CREATE ROLE reader WITH LOGIN");
    }
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended", "extendedCacheEverything"})
  void othersAreToldOnce(String protocol) throws Exception {
    Script.play(
        cluster,
        protocol,
        """
        B: SELECT v FROM t => [0]
        C: SELECT 1 => [1]
        A: ALTER TABLE other ADD COLUMN a int
        -- The one that did it knows.
        A: SELECT v FROM t => [0]
        -- A read of another table is told, once; the session is idle.
        B: SELECT v FROM t => CHANGED
        B: status => idle
        B: SELECT v FROM t => [0]
        -- Every session is told for itself, and a connection that is new knows.
        C: SELECT 1 => CHANGED
        C: SELECT 1 => [1]
        D: SELECT 1 => [1]
        A: ALTER TABLE other DROP COLUMN a
        """
            .replace("CHANGED", CHANGED));
  }

  /** With the option, only who names a changed table. */
  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended", "extendedCacheEverything"})
  void reachOfChangedTables_tellsOnlyWhoUsesThem(String protocol) throws Exception {
    try (DsqlLocal narrow = DsqlLocal.builder().schemaReach(SchemaReach.CHANGED_TABLES).start()) {
      Script.play(
          narrow,
          protocol,
          """
          A: CREATE TABLE t (id int PRIMARY KEY, v int)
          A: CREATE TABLE u (id int PRIMARY KEY, v int)
          A: CREATE TABLE "Odd" (id int PRIMARY KEY)
          A: INSERT INTO t VALUES (1, 0)
          B: SELECT v FROM t => [0]
          -- Others are not told, and the session that does it knows.
          A: ALTER TABLE u ADD COLUMN a int
          A: SELECT a FROM u => none
          B: SELECT v FROM t => [0]
          B: SELECT 1 => [1]
          -- but still later, once.
          B: SELECT count(*) FROM public.u => CHANGED
          B: SELECT count(*) FROM public.u => [0]
          A: ALTER TABLE public."Odd" RENAME COLUMN id TO a
          B: SELECT v FROM t => [0]
          B: SELECT count(*) FROM "Odd" => CHANGED
          -- Grants, indexes and both ends of a foreign key.
          A: CREATE ROLE r WITH LOGIN
          A: GRANT SELECT ON TABLE u, t TO r
          B: SELECT count(*) FROM "Odd" => [0]
          B: SELECT v FROM t => CHANGED
          A: CREATE INDEX ASYNC ON t (v)
          B: SELECT count(*) FROM u => [0]
          B: SELECT v FROM t => CHANGED
          A: CREATE TABLE w (id int PRIMARY KEY REFERENCES t ON DELETE CASCADE)
          B: SELECT count(*) FROM u => [0]
          B: SELECT v FROM t => CHANGED
          -- At COMMIT, what the transaction has used counts.
          B: BEGIN
          B: UPDATE t SET v = 1 => #1
          A: ALTER TABLE u ADD COLUMN b int
          B: COMMIT => #0
          B: BEGIN
          B: UPDATE t SET v = 2 => #1
          A: ALTER TABLE t ADD COLUMN b int
          B: COMMIT => CHANGED
          B: SELECT v FROM t => [1]
          -- What a schema holds is not in the text.
          A: CREATE SCHEMA s
          B: SELECT v FROM t => [1]
          A: DROP SCHEMA s CASCADE
          B: SELECT 1 => CHANGED
          """
              .replace("CHANGED", CHANGED));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended", "extendedCacheEverything"})
  void transactionsAreTold(String protocol) throws Exception {
    Script.play(
        cluster,
        protocol,
        """
        -- At the next statement, in a transaction that is older than the change,
        B: BEGIN
        B: UPDATE t SET v = 1 => #1
        A: GRANT SELECT ON other TO reader
        B: SELECT 1 => CHANGED
        B: SELECT 1 => !25P02 ERROR: current transaction is aborted, commands ignored until end of transaction block
        B: ROLLBACK
        B: SELECT v FROM t => [0]
        -- at COMMIT, after which the session is idle,
        B: BEGIN
        B: UPDATE t SET v = 1 => #1
        A: REVOKE SELECT ON other FROM reader
        B: COMMIT => CHANGED
        B: status => idle
        B: SELECT v FROM t => [0]
        -- and in one that is younger. What needs no catalog is not told.
        A: CREATE TABLE more (id int)
        B: BEGIN
        B: SHOW transaction_isolation => [repeatable read]
        B: COMMIT
        B: BEGIN READ ONLY
        B: SELECT v FROM t => CHANGED
        B: ROLLBACK
        B: BEGIN READ ONLY
        B: SELECT v FROM t => [0]
        B: COMMIT
        A: DROP TABLE more
        B: ROLLBACK
        B: DROP TABLE IF EXISTS never => CHANGED
        """
            .replace("CHANGED", CHANGED));
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void onlyCommittedChangesCount(String protocol) throws Exception {
    Script.play(
        cluster,
        protocol,
        """
        B: SELECT v FROM t => [0]
        A: BEGIN
        A: CREATE TABLE u (id int)
        B: SELECT v FROM t => [0]
        A: ROLLBACK
        B: SELECT v FROM t => [0]
        A: BEGIN
        A: CREATE TABLE u (id int)
        A: SELECT 1 / 0 => !22012 ERROR: division by zero
        A: COMMIT
        B: SELECT v FROM t => [0]
        A: CREATE TABLE t (id int) => !42P07 ERROR: relation "t" already exists
        A: CREATE TABLE IF NOT EXISTS t (id int)
        A: CREATE SCHEMA IF NOT EXISTS public
        B: SELECT v FROM t => [0]
        A: BEGIN
        A: CREATE TABLE u (id int)
        A: COMMIT
        B: SELECT v FROM t => CHANGED
        A: DROP TABLE u
        -- Two changes, one message.
        A: CREATE TABLE u (id int)
        B: SELECT v FROM t => CHANGED
        B: SELECT v FROM t => [0]
        -- Who changes what he does not know is told as well.
        A: DROP TABLE u
        B: CREATE TABLE w (id int) => CHANGED
        B: CREATE TABLE w (id int)
        A: SELECT v FROM t => CHANGED
        B: DROP TABLE w
        """
            .replace("CHANGED", CHANGED));
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void whatIsSkippedChangesNothing(String protocol) throws Exception {
    Script.play(
        cluster,
        protocol,
        """
        B: SELECT v FROM t => [0]
        A: DROP TABLE IF EXISTS never
        A: DROP TABLE IF EXISTS never, nor_this, no_schema.nope
        A: DROP INDEX IF EXISTS never
        A: DROP FUNCTION IF EXISTS never(int, int)
        A: ALTER TABLE IF EXISTS never ADD COLUMN a int, ADD COLUMN b int
        A: ALTER TABLE t ADD COLUMN IF NOT EXISTS v numeric(3, 2)
        A: ALTER TABLE t DROP CONSTRAINT IF EXISTS never, DROP COLUMN IF EXISTS never
        A: BEGIN
        A: DROP TABLE IF EXISTS never
        A: COMMIT
        A: DROP TABLE IF EXISTS never; SELECT 1
        B: SELECT v FROM t => [0]
        -- Others have been told of what was done beside it.
        A: ALTER TABLE t ADD COLUMN IF NOT EXISTS v int, ADD COLUMN w int
        B: SELECT v FROM t => CHANGED
        A: BEGIN
        A: ALTER TABLE t DROP COLUMN IF EXISTS never, DROP COLUMN w
        A: COMMIT
        B: SELECT v FROM t => CHANGED
        A: CREATE TABLE gone (id int)
        B: SELECT v FROM t => CHANGED
        A: DROP TABLE IF EXISTS never, gone
        B: SELECT v FROM t => CHANGED
        """
            .replace("CHANGED", CHANGED));
  }

  /** A statement that others wait for is stopped and run again. */
  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void ddlThatIsRunAgain_countsOnce(String protocol) throws Exception {
    Script.play(
        cluster,
        protocol,
        """
        A: CREATE TABLE s (id int PRIMARY KEY, v int)
        A: INSERT INTO s VALUES (1, 1), (2, 2), (3, 3)
        A: CREATE FUNCTION slow(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n FROM pg_sleep(0.1)'
        B: SELECT count(*) FROM s => [3]
        A: BEGIN
        A! CREATE INDEX ASYNC slow_i ON s (slow(v))
        A^
        B: UPDATE s SET v = v WHERE id = 1 => #1
        A?
        A: COMMIT
        B: SELECT 1 => CHANGED
        B: SELECT 1 => [1]
        A: SELECT 1 => [1]
        A: DROP TABLE s
        A: DROP FUNCTION slow
        """
            .replace("CHANGED", CHANGED));
  }

  /**
   * pgjdbc's defaults: after five uses it keeps a statement on the server and asks for results in
   * binary. It knows PostgreSQL's answer to a result that has changed, and prepares again.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void pgjdbc_recoversFromAChangedResult(boolean autocommit) throws Exception {
    try (Connection a = Jdbc.connect(cluster, "admin")) {
      Jdbc.executeAgain(
          a,
          "DROP TABLE IF EXISTS p",
          "CREATE TABLE p (id int PRIMARY KEY, v int)",
          "INSERT INTO p VALUES (1, 7)");
      try (Connection b = Jdbc.connect(cluster, "admin");
          PreparedStatement all = b.prepareStatement("SELECT * FROM p WHERE id = ?");
          PreparedStatement one = b.prepareStatement("SELECT v FROM p WHERE id = ?");
          PreparedStatement write = b.prepareStatement("UPDATE p SET v = ? WHERE id = 1")) {
        b.setAutoCommit(autocommit);
        for (int i = 0; i < 7; i++) {
          assertThat(row(all)).containsExactly("1", "7");
          assertThat(row(one)).containsExactly("7");
          write.setInt(1, 7);
          write.executeUpdate();
          if (!autocommit) {
            b.commit();
          }
        }
        Jdbc.executeAgain(
            a,
            "ALTER TABLE p DROP COLUMN v",
            "ALTER TABLE p ADD COLUMN v bigint",
            "ALTER TABLE p ADD COLUMN w text",
            "UPDATE p SET v = 8");
        List<String> told = new ArrayList<>();
        assertThat(untilItWorks(b, told, () -> row(one))).containsExactly("8");
        assertThat(untilItWorks(b, told, () -> row(all))).containsExactly("1", "8", null);
        write.setInt(1, 9);
        write.executeUpdate();
        if (!autocommit) {
          b.commit();
        }
        // Outside of a transaction it tries again by itself.
        assertThat(told).isEqualTo(autocommit ? List.of("40001") : List.of("40001", "0A000"));
        assertThat(Jdbc.value(a, "SELECT v FROM p")).isEqualTo("9");
      }
    }
  }

  private interface Read {
    List<String> rows() throws SQLException;
  }

  private static List<String> untilItWorks(Connection on, List<String> told, Read read)
      throws SQLException {
    while (true) {
      try {
        return read.rows();
      } catch (SQLException e) {
        told.add(e.getSQLState());
        if (!on.getAutoCommit()) {
          on.rollback();
        }
        assertThat(told).hasSizeLessThan(10);
      }
    }
  }

  private static List<String> row(PreparedStatement statement) throws SQLException {
    statement.setInt(1, 1);
    try (ResultSet rows = statement.executeQuery()) {
      assertThat(rows.next()).isTrue();
      List<String> values = new ArrayList<>();
      for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
        values.add(rows.getString(i));
      }
      return values;
    }
  }
}
