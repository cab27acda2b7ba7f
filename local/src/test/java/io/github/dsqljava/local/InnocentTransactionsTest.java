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

/**
 * A transaction whose opponent goes away commits, with the same answers as if they had never met,
 * whatever the schema has. The last tests pin the few cases where that is not so.
 */
@ParameterizedClass
@ValueSource(strings = {"simple", "extended"})
class InnocentTransactionsTest {
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
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.executeAgain(
          admin,
          "DROP SCHEMA IF EXISTS s2 CASCADE",
          "DROP TABLE IF EXISTS hot, t, child, parent, big CASCADE",
          "DROP VIEW IF EXISTS va CASCADE",
          "DROP SEQUENCE IF EXISTS turns",
          "DROP FUNCTION IF EXISTS outer_f, inner_f, soon CASCADE",
          "CREATE TABLE hot (id int PRIMARY KEY, n int)",
          "INSERT INTO hot VALUES (1, 0)");
    }
  }

  /** Both change the hot row; B goes away. */
  private static final String MEET =
      """
      A: UPDATE hot SET n = n + 1 => #1
      B: BEGIN
      B: UPDATE hot SET n = n + 1 => #1
      B: ROLLBACK
      """;

  /** Another session has committed a change of the hot row: A has lost, and does not know. */
  private static final String LOSE =
      """
      A: SELECT n FROM hot => [0]
      B: UPDATE hot SET n = 5 => #1
      A: UPDATE hot SET n = n + 1 => #1
      """;

  private void play(String schema, String script) throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      for (String statement : schema.split(";\n")) {
        Jdbc.executeAgain(admin, statement);
      }
      Jdbc.awaitJobs(admin);
    }
    Script.play(cluster, protocol, script);
  }

  @Test
  void oldRowThatViolatesACheck() throws Exception {
    play(
        """
        CREATE TABLE t (id int PRIMARY KEY, n int);
        INSERT INTO t VALUES (1, -1), (2, 2);
        ALTER TABLE t ADD CONSTRAINT positive CHECK (n > 0) NOT VALID
        """,
        "A: BEGIN\n"
            + MEET
            + """
            A: SELECT n FROM t ORDER BY id => [-1] [2]
            A: UPDATE t SET n = 3 WHERE id = 2 => #1
            A: COMMIT
            A: BEGIN
            """
            + LOSE.replace("[0]", "[1]")
            + """
            A: SELECT n FROM t ORDER BY id => [-1] [3]
            A: UPDATE t SET n = 4 WHERE id = 2 => #1
            A: UPDATE t SET n = -4 WHERE id = 2 => !23514 ERROR: new row for relation "t" violates check constraint "positive"
            A: ROLLBACK
            """);
  }

  @Test
  void childBeforeItsParent() throws Exception {
    play(
        """
        CREATE TABLE parent (id int PRIMARY KEY);
        CREATE TABLE child (id int PRIMARY KEY, p int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)
        """,
        "A: BEGIN\nA: INSERT INTO child VALUES (1, 7) => #1\n"
            + MEET
            + """
            A: INSERT INTO child VALUES (2, 7) => #1
            A: INSERT INTO parent VALUES (7) => #1
            A: COMMIT
            A: BEGIN
            A: INSERT INTO child VALUES (3, 8) => #1
            """
            + MEET
            + """
            A: SELECT count(*) FROM child => [3]
            A: COMMIT => !23503 ERROR: insert or update on table "child" violates foreign key constraint "child_p_fkey"
            A: SELECT count(*) FROM child => [2]
            A: BEGIN
            A: INSERT INTO child VALUES (4, 9) => #1
            """
            + LOSE.replace("[0]", "[1]")
            + """
            A: SELECT count(*) FROM child => [3]
            A: COMMIT => !OC000
            """);
  }

  @Test
  void valuesOfAnIndexThatMoveBetweenRows() throws Exception {
    play(
        """
        CREATE TABLE t (id int PRIMARY KEY, name text, slot int, live boolean);
        CREATE UNIQUE INDEX ASYNC ON t (lower(name));
        CREATE UNIQUE INDEX ASYNC ON t (slot) WHERE live;
        INSERT INTO t VALUES (1, 'One', 10, true), (2, 'Two', 20, true), (3, 'Three', 10, false)
        """,
        "A: BEGIN\n"
            + """
            A: UPDATE t SET name = 'x' WHERE id = 1 => #1
            A: UPDATE t SET name = 'ONE' WHERE id = 2 => #1
            A: UPDATE t SET name = 'two' WHERE id = 1 => #1
            A: UPDATE t SET live = false WHERE id = 1 => #1
            A: UPDATE t SET live = true WHERE id = 3 => #1
            """
            + MEET
            + """
            A: SELECT name, live FROM t ORDER BY id => [two, f] [ONE, t] [Three, t]
            A: COMMIT
            A: SELECT name, live FROM t ORDER BY id => [two, f] [ONE, t] [Three, t]
            """);
  }

  @Test
  void functionThatCallsAnotherWithoutItsSchema() throws Exception {
    play(
        """
        CREATE FUNCTION inner_f(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x + 1';
        CREATE FUNCTION outer_f(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT inner_f(x) * 2';
        CREATE TABLE t (id int PRIMARY KEY, n int CHECK (outer_f(n) < 100), g int GENERATED ALWAYS AS (outer_f(n)) STORED);
        INSERT INTO t (id, n) VALUES (1, 1)
        """,
        "A: BEGIN\nA: UPDATE t SET n = 2 => #1\n"
            + MEET
            + """
            A: UPDATE t SET n = n + 1 RETURNING g => [8]
            A: COMMIT
            A: BEGIN
            A: UPDATE t SET n = 4 => #1
            """
            + LOSE.replace("[0]", "[1]")
            + """
            A: UPDATE t SET n = n + 1 RETURNING g => [12]
            A: UPDATE t SET n = 100 => !23514 ERROR: new row for relation "t" violates check constraint "t_n_check"
            A: ROLLBACK
            """);
  }

  @Test
  void functionOfAWholeRow_inAViewToo() throws Exception {
    play(
        """
        CREATE TABLE t (id int PRIMARY KEY, n int);
        CREATE FUNCTION soon(t) RETURNS int LANGUAGE sql STABLE AS 'SELECT $1.n + 1';
        CREATE VIEW v AS SELECT id, soon(t) AS f FROM t;
        INSERT INTO t VALUES (1, 1)
        """,
        "A: BEGIN\nA: UPDATE t SET n = 2 => #1\n"
            + MEET
            + """
            A: SELECT id, soon(t) FROM t => [1, 3]
            A: SELECT f FROM v => [3]
            A: COMMIT
            A: BEGIN
            A: UPDATE t SET n = 4 => #1
            """
            + LOSE.replace("[0]", "[1]")
            + """
            A: SELECT id, soon(t) FROM t => [1, 5]
            A: SELECT f FROM v => [5]
            A: COMMIT => !OC000
            """);
  }

  @Test
  void wholeRowInAnIndexAndACheck() throws Exception {
    play(
        """
        CREATE TABLE t (id int PRIMARY KEY, n int, CHECK (t IS NOT NULL));
        CREATE UNIQUE INDEX ASYNC ON t ((t IS NULL), n);
        CREATE FUNCTION soon(t) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1.n + 1';
        ALTER TABLE t ADD CONSTRAINT early CHECK (soon(t) < 50) NOT VALID;
        INSERT INTO t VALUES (1, 1), (2, 2)
        """,
        "A: BEGIN\n"
            + MEET
            + """
            A: UPDATE t SET n = 3 WHERE id = 2 => #1
            """
            + MEET
            + """
            A: INSERT INTO t VALUES (3, 4) => #1
            A: COMMIT
            A: BEGIN
            """
            + LOSE.replace("[0]", "[2]")
            + """
            A: UPDATE t SET n = 5 WHERE id = 3 => #1
            A: SELECT n FROM t ORDER BY id => [1] [3] [5]
            A: UPDATE t SET n = 49 WHERE id = 3 => !23514 ERROR: new row for relation "t" violates check constraint "early"
            A: ROLLBACK
            A: BEGIN
            A: SELECT n FROM hot => [5]
            B: DELETE FROM t WHERE id = 1 => #1
            A: INSERT INTO t VALUES (7, 1) => !23505 ERROR: duplicate key value violates unique constraint "t_expr_n_idx" | DETAIL: Key ((t.* IS NULL), n)=(f, 1) already exists.
            A: ROLLBACK
            """);
  }

  @Test
  void searchPathThatIsChanged() throws Exception {
    play(
        """
        CREATE SCHEMA s2;
        CREATE TABLE t (id int PRIMARY KEY, n int);
        CREATE TABLE s2.t (id int PRIMARY KEY, n int);
        INSERT INTO t VALUES (1, 0);
        INSERT INTO s2.t VALUES (1, 0)
        """,
        "A: BEGIN\nA: UPDATE t SET n = 1 => #1\n"
            + MEET
            + """
            A: SET search_path = s2, public
            A: UPDATE t SET n = 2 => #1
            """
            + MEET
            + """
            A: UPDATE t SET n = n + 1 => #1
            A: SELECT a.n, b.n FROM public.t a, s2.t b => [1, 3]
            A: COMMIT
            A: SELECT n FROM t => [3]
            A: SELECT n FROM public.t => [1]
            """);
  }

  @Test
  void searchPathThatIsChangedByAFunction() throws Exception {
    play(
        """
        CREATE SCHEMA s2;
        CREATE TABLE t (id int PRIMARY KEY, n int);
        CREATE TABLE s2.t (id int PRIMARY KEY, n int);
        INSERT INTO t VALUES (1, 0);
        INSERT INTO s2.t VALUES (1, 0)
        """,
        """
        A: BEGIN
        A: SELECT set_config('search_path', 's2', true) => [s2]
        A: UPDATE public.hot SET n = n + 1 => #1
        B: BEGIN
        B: UPDATE hot SET n = n + 1 => #1
        B: ROLLBACK
        A: UPDATE t SET n = n + 1 => #1
        A: SET LOCAL search_path = public
        A: SELECT set_config('Search_Path', 's2, public', false) => [s2, public]
        B: BEGIN
        B: UPDATE hot SET n = n + 1 => #1
        B: ROLLBACK
        A: UPDATE t SET n = n + 1 RETURNING n => [2]
        A: COMMIT
        A: SHOW search_path => [s2, public]
        A: SELECT a.n, b.n FROM public.t a, s2.t b => [0, 2]
        A: BEGIN
        A: SELECT n FROM hot => [1]
        B: UPDATE hot SET n = 5 => #1
        A: SELECT set_config('search_path', 'public', true) => [public]
        A: UPDATE hot SET n = n + 1 => #1
        A: UPDATE t SET n = n + 10 RETURNING n => [10]
        A: SELECT set_config('search_path', 's2', true) => [s2]
        A: UPDATE t SET n = n + 10 RETURNING n => [12]
        A: COMMIT => !OC000
        A: SHOW search_path => [s2, public]
        """);
  }

  @Test
  void namesWithTheirSchemaAndTableOfOneName() throws Exception {
    play(
        """
        CREATE SCHEMA s2;
        CREATE TABLE s2.s2 (id int PRIMARY KEY, status text);
        INSERT INTO s2.s2 VALUES (1, 'new')
        """,
        "A: BEGIN\nA: UPDATE s2.s2 SET status = 'old' => #1\n"
            + MEET
            + """
            A: SELECT s2.status FROM s2.s2 => [old]
            A: UPDATE s2.s2 SET status = 'older' WHERE s2.id = 1 RETURNING s2.status => [older]
            A: COMMIT
            """);
  }

  @Test
  void functionsSeeWhatTheTransactionHasDone() throws Exception {
    play(
        """
        CREATE TABLE t (id int PRIMARY KEY, n int);
        CREATE FUNCTION soon() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'UPDATE public.t SET n = n + 1 RETURNING n';
        INSERT INTO t VALUES (1, 1)
        """,
        "A: BEGIN\nA: SELECT soon() => [2]\n"
            + MEET
            + """
            A: SELECT soon() => [3]
            A: SELECT n FROM t => [3]
            A: COMMIT
            """);
  }

  @Test
  void largeTable_isFoundByTheLog() throws Exception {
    play(
        """
        CREATE TABLE big (id int PRIMARY KEY, pad text);
        INSERT INTO big SELECT g, repeat('x', 1000) FROM generate_series(1, 2500) g
        """,
        "A: BEGIN\n"
            + """
            A: UPDATE big SET pad = 'a' WHERE id = 1200 => #1
            A: DELETE FROM big WHERE id = 77 => #1
            A: SELECT id FROM big WHERE id = 2400 FOR UPDATE => [2400]
            """
            + MEET
            + """
            A: UPDATE big SET pad = pad || 'b' WHERE id IN (1200, 3) => #2
            """
            + MEET
            + """
            A: SELECT id, length(pad) FROM big WHERE id IN (3, 77, 1200) ORDER BY id => [3, 1001] [1200, 2]
            A: COMMIT
            A: SELECT id, length(pad) FROM big WHERE id IN (3, 77, 1200) ORDER BY id => [3, 1001] [1200, 2]
            """);
  }

  @Test
  void tablesWithNothingToSet() throws Exception {
    play(
        """
        CREATE TABLE t ();
        CREATE TABLE parent (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY);
        INSERT INTO t DEFAULT VALUES;
        INSERT INTO parent DEFAULT VALUES
        """,
        "A: BEGIN\n"
            + """
            A: INSERT INTO t DEFAULT VALUES => #1
            A: DELETE FROM parent => #1
            A: INSERT INTO parent OVERRIDING SYSTEM VALUE VALUES (1) => #1
            """
            + MEET
            + """
            A: SELECT count(*) FROM t => [2]
            A: COMMIT
            A: SELECT count(*) FROM t => [2]
            A: SELECT id FROM parent => [1]
            """);
  }

  // ---- where it is not so

  /**
   * Constraints are evaluated again with the repeated rows; one that fails looks like a new one.
   */
  @Test
  void checkThatBecomesFalseByItself_isAConflict() throws Exception {
    play(
        """
        CREATE SEQUENCE turns CACHE 1;
        CREATE TABLE t (id int PRIMARY KEY CHECK (nextval('turns') < 2))
        """,
        "A: BEGIN\nA: INSERT INTO t VALUES (1) => #1\n"
            + MEET
            + "A: COMMIT => !40001 ERROR: schema has been updated by another transaction (OC001)\n");
  }

  /** It is found on shadows, which stand outside of all schemas. */
  @Test
  void nameWithoutItsSchema_isFoundByATransactionThatHasLost() throws Exception {
    play(
        """
        CREATE SCHEMA s2;
        CREATE TABLE s2.t (id int PRIMARY KEY);
        INSERT INTO s2.t VALUES (1)
        """,
        "A: BEGIN\n"
            + LOSE
            + """
            A: SELECT id FROM s2.t => [1]
            A: SELECT id FROM t => [1]
            A: COMMIT => !OC000
            A: SELECT id FROM t => !42P01 ERROR: relation "t" does not exist
            """);
  }

  /** A function's body does not read shadows if it names its table with the schema. */
  @Test
  void functionBody_withASchema_tellsATransactionThatItHasLost() throws Exception {
    play(
        """
        CREATE TABLE t (id int PRIMARY KEY, n int);
        CREATE FUNCTION soon() RETURNS int LANGUAGE sql STABLE AS 'SELECT n FROM public.t';
        INSERT INTO t VALUES (1, 1)
        """,
        "A: BEGIN\n"
            + LOSE
            + """
            A: UPDATE t SET n = 2 => #1
            A: SELECT n FROM t => [2]
            A: SELECT soon() => !40001 ERROR: change conflicts with another transaction (OC000)
            A: ROLLBACK
            """);
  }

  @Test
  void orphanThatAForeignKeyLeft_isNoConflict() throws Exception {
    play(
        """
        CREATE TABLE parent (id int PRIMARY KEY);
        CREATE TABLE child (id int PRIMARY KEY, p int);
        INSERT INTO child VALUES (1, 9);
        ALTER TABLE child ADD FOREIGN KEY (p) REFERENCES parent NOT VALID
        """,
        "A: BEGIN\n"
            + LOSE
            + """
            A: SELECT p FROM child => [9]
            A: INSERT INTO child VALUES (2, NULL) => #1
            A: COMMIT => !OC000
            """);
  }

  @Test
  void indexesOfOneNameInTwoSchemas_areKeptApart() throws Exception {
    play(
        """
        CREATE SCHEMA s2;
        CREATE TABLE t (id int PRIMARY KEY, n int);
        CREATE TABLE s2.big (id int PRIMARY KEY, n int);
        CREATE UNIQUE INDEX ASYNC code ON t (n);
        CREATE UNIQUE INDEX ASYNC code ON s2.big (n);
        INSERT INTO t VALUES (1, 1);
        INSERT INTO s2.big VALUES (1, 1)
        """,
        "A: BEGIN\n"
            + LOSE
            + """
            A: UPDATE t SET n = 2 => #1
            A: UPDATE s2.big SET n = 2 => #1
            A: COMMIT => !OC000
            """);
  }

  /** Such views can be defined, but not read. */
  @Test
  void viewsThatRestOnEachOther_holdNobodyUp() throws Exception {
    play(
        """
        CREATE TABLE t (id int PRIMARY KEY, n int);
        CREATE VIEW va AS SELECT 1 AS n;
        CREATE VIEW vb AS SELECT n FROM va;
        CREATE OR REPLACE VIEW va AS SELECT n FROM vb
        """,
        "A: BEGIN\n"
            + LOSE
            + """
            A: SELECT n AS va FROM t => !40001 ERROR: change conflicts with another transaction (OC000)
            A: ROLLBACK
            """);
  }
}
