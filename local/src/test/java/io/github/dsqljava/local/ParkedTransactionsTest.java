package io.github.dsqljava.local;

import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a transaction has done is what it commits, also when it has given way in between:
 * statements, keys, privileges and tables of all kinds.
 */
@ParameterizedClass
@ValueSource(strings = {"simple", "extended"})
class ParkedTransactionsTest {
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
      Jdbc.execute(
          admin,
          "DROP SCHEMA IF EXISTS s1 CASCADE",
          "DROP SCHEMA IF EXISTS s2 CASCADE",
          "DROP TABLE IF EXISTS child, parent, t, nopk, ident, uq CASCADE",
          "CREATE TABLE t (id int PRIMARY KEY, v int)",
          "INSERT INTO t VALUES (1, 10), (2, 20), (3, 30)",
          "CREATE TABLE parent (id int PRIMARY KEY, v int)",
          "CREATE TABLE child (id int PRIMARY KEY, pid int REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE)",
          "INSERT INTO parent VALUES (1, 1), (2, 2), (3, 3)",
          "INSERT INTO child VALUES (10, 1)",
          "CREATE TABLE uq (id int PRIMARY KEY, code int UNIQUE)",
          "INSERT INTO uq VALUES (1, 1), (2, 2)",
          "CREATE TABLE nopk (v int)",
          "INSERT INTO nopk VALUES (1), (2), (3), (4)");
    }
  }

  private void play(String script) throws Exception {
    Script.play(cluster, protocol, script);
  }

  /** What makes A park: B wants row 1 of t, and goes away. */
  static final String PARK =
      """
      A: UPDATE t SET v = 11 WHERE id = 1 => #1
      B: BEGIN
      B: UPDATE t SET v = 12 WHERE id = 1 => #1
      B: ROLLBACK
      """;

  @Test
  void replaceParentAndChild() throws Exception {
    play(
        "A: BEGIN\n"
            + """
        A: DELETE FROM parent WHERE id = 1 => #1
        A: INSERT INTO parent VALUES (1, 100) => #1
        A: INSERT INTO child VALUES (11, 1) => #1
        """
            + PARK
            + """
        A: SELECT * FROM child => [11, 1]
        A: COMMIT
        A: SELECT * FROM child => [11, 1]
        """);
  }

  /** Children refer to a key that is not the primary one, and that another row has taken over. */
  @Test
  void replaceParentUnderItsOtherKey() throws Exception {
    play(
        """
        A: CREATE SCHEMA s1
        A: CREATE TABLE s1.p (id int PRIMARY KEY, code text UNIQUE)
        A: CREATE TABLE s1.c (id int PRIMARY KEY, code text REFERENCES s1.p (code) ON DELETE CASCADE)
        A: INSERT INTO s1.p VALUES (1, 'a'), (2, NULL), (3, NULL)
        A: INSERT INTO s1.c VALUES (1, 'a')
        A: BEGIN
        A: DELETE FROM s1.p => #3
        A: INSERT INTO s1.p VALUES (5, 'a'), (2, NULL), (6, NULL) => #3
        A: INSERT INTO s1.c VALUES (7, 'a') => #1
        """
            + PARK
            + """
        A: SELECT * FROM s1.c => [7, a]
        A: COMMIT
        A: SELECT * FROM s1.c => [7, a]
        A: SELECT * FROM s1.p ORDER BY id => [2, null] [5, a] [6, null]
        """);
  }

  @Test
  void moveParentKeyAndInsertNewOne() throws Exception {
    play(
        "A: BEGIN\n"
            + PARK
            + """
        A: UPDATE parent SET id = 4 WHERE id = 1 => #1
        A: INSERT INTO parent VALUES (1, 100) => #1
        A: INSERT INTO child VALUES (11, 1) => #1
        A: SELECT * FROM child ORDER BY id => [10, 4] [11, 1]
        A: COMMIT
        A: SELECT * FROM child ORDER BY id => [10, 4] [11, 1]
        """);
  }

  @Test
  void swapUniqueValues() throws Exception {
    play(
        "A: BEGIN\n"
            + """
        A: UPDATE uq SET code = NULL WHERE id = 1 => #1
        A: UPDATE uq SET code = 1 WHERE id = 2 => #1
        A: UPDATE uq SET code = 2 WHERE id = 1 => #1
        """
            + PARK
            + """
        A: SELECT * FROM uq ORDER BY id => [1, 2] [2, 1]
        A: COMMIT
        A: SELECT * FROM uq ORDER BY id => [1, 2] [2, 1]
        """);
  }

  @Test
  void swapUniqueValuesWithoutLook() throws Exception {
    play(
        "A: BEGIN\n"
            + """
        A: UPDATE uq SET code = NULL WHERE id = 1 => #1
        A: UPDATE uq SET code = 1 WHERE id = 2 => #1
        A: UPDATE uq SET code = 2 WHERE id = 1 => #1
        """
            + PARK
            + """
        A: COMMIT
        A: SELECT * FROM uq ORDER BY id => [1, 2] [2, 1]
        """);
  }

  @Test
  void settingAndUpdateInOneQuery() throws Exception {
    play(
        "A: BEGIN\n"
            + """
        A: SET LOCAL extra_float_digits = 0; UPDATE t SET v = v + 1 WHERE id = 1
        B: BEGIN
        B: UPDATE t SET v = 12 WHERE id = 1 => #1
        B: ROLLBACK
        A: SELECT v FROM t WHERE id = 1 => [11]
        A: COMMIT
        A: SELECT v FROM t WHERE id = 1 => [11]
        """);
  }

  @Test
  void searchPathThatIsSetOnShadows_decidesWhichTableIsChanged() throws Exception {
    play(
        """
        A: CREATE SCHEMA s1
        A: CREATE SCHEMA s2
        A: CREATE TABLE s1.c (id int PRIMARY KEY, v int)
        A: CREATE TABLE s2.c (id int PRIMARY KEY, v int)
        A: INSERT INTO s1.c VALUES (1, 1)
        A: INSERT INTO s2.c VALUES (1, 2)
        A: SET search_path = s1, public
        A: BEGIN
        """
            + PARK
            + """
        A: UPDATE c SET v = v + 10 => #1
        A: SET search_path = s2, public
        A: SELECT v FROM c => [2]
        A: UPDATE c SET v = v + 100 => #1
        A: SELECT v FROM c => [102]
        A: SELECT v FROM s1.c => [11]
        A: SET LOCAL search_path = s1, public
        A: SELECT v FROM c => [11]
        A: UPDATE c SET v = v + 10 => #1
        A: SELECT v FROM s2.c => [102]
        A: COMMIT
        A: SELECT v FROM s1.c => [21]
        A: SELECT v FROM s2.c => [102]
        A: SELECT v FROM c => [102]
        A: SELECT v FROM t WHERE id = 1 => [11]
        """);
  }

  @Test
  void errorInParked_isTheError() throws Exception {
    play(
        "A: BEGIN\n"
            + PARK
            + """
        A: SELECT nope FROM t => !42703 ERROR: column "nope" does not exist
        A: status => failed
        A: ROLLBACK
        """);
  }

  @Test
  void syntaxErrorInParked_isTheError() throws Exception {
    play(
        "A: BEGIN\n"
            + PARK
            + """
        A: SELEC 1 => !42601 ERROR: syntax error at or near "SELEC"
        """);
  }

  @Test
  void sameNameInTwoOtherSchemas() throws Exception {
    play(
        """
        C: CREATE SCHEMA s1
        C: CREATE SCHEMA s2
        C: CREATE TABLE s1.o (id int PRIMARY KEY, v int)
        C: CREATE TABLE s2.o (id int PRIMARY KEY, v int)
        C: INSERT INTO s1.o VALUES (1, 1)
        A: BEGIN
        A: UPDATE s1.o SET v = 2 WHERE id = 1 => #1
        B: BEGIN
        B: UPDATE s1.o SET v = 3 WHERE id = 1 => #1
        B: ROLLBACK
        A: SELECT v FROM s1.o => [2]
        A: COMMIT
        A: SELECT v FROM s1.o => [2]
        """);
  }

  @Test
  void threePartName() throws Exception {
    play(
        """
        A: BEGIN
        A: UPDATE postgres.public.t SET v = v + 1 WHERE id = 1 => #1
        B: BEGIN
        B: UPDATE t SET v = 99 WHERE id = 1 => #1
        B: ROLLBACK
        A: UPDATE postgres.public.t SET v = v + 1 WHERE id = 1 => #1
        A: COMMIT
        A: SELECT v FROM t WHERE id = 1 => [12]
        """);
  }

  @Test
  void keyShareAgainstUpdateThenDelete() throws Exception {
    play(
        """
        A: BEGIN
        B: BEGIN
        A: UPDATE t SET v = 0 WHERE id = 1 => #1
        A: DELETE FROM t WHERE id = 1 => #1
        B: SELECT v FROM t WHERE id = 1 FOR KEY SHARE => [10]
        B: COMMIT
        A: COMMIT => !OC000
        """);
  }

  @Test
  void keyShareAgainstForUpdateThenUpdate() throws Exception {
    play(
        """
        A: BEGIN
        B: BEGIN
        A: SELECT v FROM t WHERE id = 1 FOR UPDATE => [10]
        A: UPDATE t SET v = 0 WHERE id = 1 => #1
        B: SELECT v FROM t WHERE id = 1 FOR KEY SHARE => [10]
        B: COMMIT
        A: COMMIT => !OC000
        """);
  }

  @Test
  void keyShareAgainstForUpdateThenUpdate_otherOrder() throws Exception {
    play(
        """
        A: BEGIN
        B: BEGIN
        B: SELECT v FROM t WHERE id = 1 FOR KEY SHARE => [10]
        A: SELECT v FROM t WHERE id = 1 FOR UPDATE => [10]
        A: UPDATE t SET v = 0 WHERE id = 1 => #1
        A: COMMIT
        B: COMMIT => !OC000
        """);
  }

  @Test
  void noPrimaryKey_disjointRows() throws Exception {
    play(
        """
        C: DELETE FROM nopk WHERE v = 1
        A: BEGIN
        B: BEGIN
        A: UPDATE t SET v = 11 WHERE id = 1 => #1
        A: SELECT v FROM nopk WHERE v = 3 FOR UPDATE => [3]
        B: UPDATE t SET v = 12 WHERE id = 1 => #1
        C: BEGIN
        C: SELECT v FROM nopk WHERE v = 2 FOR UPDATE => [2]
        A: SELECT v FROM nopk WHERE v = 4 => [4]
        C: COMMIT
        B: ROLLBACK
        A: COMMIT
        """);
  }

  @Test
  void noPrimaryKey_sameRow() throws Exception {
    play(
        """
        C: DELETE FROM nopk WHERE v = 1
        A: BEGIN
        B: BEGIN
        A: UPDATE t SET v = 11 WHERE id = 1 => #1
        A: SELECT v FROM nopk WHERE v = 3 FOR UPDATE => [3]
        B: UPDATE t SET v = 12 WHERE id = 1 => #1
        C: BEGIN
        C: SELECT v FROM nopk WHERE v = 3 FOR UPDATE => [3]
        A: SELECT v FROM nopk WHERE v = 4 => [4]
        C: COMMIT
        B: ROLLBACK
        A: COMMIT => !OC000
        """);
  }

  @Test
  void droppedInTheMidst_isNotWaitedFor() throws Exception {
    play(
        """
        B: BEGIN
        A: BEGIN
        A: UPDATE t SET v = 11 WHERE id = 1 => #1
        A! SELECT count(*) FROM (SELECT pg_sleep(6)) s
        A^
        A: drop
        C: UPDATE t SET v = 12 WHERE id = 1 => #1
        """);
  }

  @Test
  void largeSelect_isNotBrokenOff() throws Exception {
    play(
        """
        B: BEGIN
        A: BEGIN
        A: UPDATE t SET v = 11 WHERE id = 1 => #1
        A! SELECT repeat('x', 2000), pg_sleep(0.001) FROM generate_series(1, 1000)
        A^
        C: SELECT pg_sleep(0.5)
        B: UPDATE t SET v = 12 WHERE id = 1 => #1
        A? => 1000 rows
        B: ROLLBACK
        A: COMMIT
        """);
  }

  @Test
  void autocommitInsert_ofAnOldKey_isADuplicateKey() throws Exception {
    play(
        """
        A: BEGIN
        A: INSERT INTO t VALUES (9, 1) => #1
        B: INSERT INTO t VALUES (9, 2), (1, 2) => !23505 ERROR: duplicate key value violates unique constraint "t_pkey"
        """);
  }

  @Test
  void identityAlways_inserts() throws Exception {
    play(
        """
        C: CREATE TABLE ident (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY, v int, w int GENERATED ALWAYS AS (v * 2) STORED)
        C: INSERT INTO ident (v) VALUES (1), (2)
        A: BEGIN
        """
            + PARK
            + """
        A: INSERT INTO ident (v) VALUES (3) RETURNING id, w => [3, 6]
        A: COMMIT
        A: SELECT * FROM ident ORDER BY id => [1, 1, 2] [2, 2, 4] [3, 3, 6]
        """);
  }

  @Test
  void viewOverCatalog() throws Exception {
    play(
        """
        C: CREATE OR REPLACE VIEW cat AS SELECT relname::text FROM pg_class WHERE relname = 't' AND relkind = 'r' AND relnamespace = 'public'::regnamespace
        A: BEGIN
        """
            + PARK
            + """
        A: SELECT * FROM cat => [t]
        A: SELECT count(*) > 10 FROM pg_class => [t]
        A: COMMIT
        """);
  }

  // ---- roles

  private void roles() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          admin,
          "DROP SCHEMA IF EXISTS rs CASCADE",
          "CREATE SCHEMA rs",
          "SET search_path = rs",
          "CREATE TABLE rt (id int PRIMARY KEY, v int, w int)",
          "INSERT INTO rt VALUES (1, 1, 1), (2, 2, 2)",
          "CREATE TABLE rp (id int PRIMARY KEY, v int)",
          "CREATE TABLE rc (id int PRIMARY KEY, pid int REFERENCES rp ON DELETE CASCADE)",
          "INSERT INTO rp VALUES (1, 1)",
          "INSERT INTO rc VALUES (1, 1)",
          "CREATE VIEW rv AS SELECT id, v FROM rt");
      try {
        Jdbc.execute(admin, "CREATE ROLE low LOGIN");
      } catch (java.sql.SQLException e) {
        /* there */
      }
      Jdbc.execute(
          admin,
          "GRANT USAGE ON SCHEMA rs TO low",
          "AWS IAM GRANT low TO '" + cluster.principal().arn() + "'");
    } catch (java.sql.SQLException e) {
      System.out.println("roles: " + e);
    }
  }

  private void playAsLow(String grants, String statement, String query, String expected)
      throws Exception {
    roles();
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "SET search_path = rs");
      for (String g : grants.split(";")) Jdbc.execute(admin, g);
    }
    try (Connection low = Jdbc.connect(cluster, "low");
        Connection b = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(b, "SET search_path = rs");
      Jdbc.execute(low, "SET search_path = rs", "BEGIN", statement);
      Jdbc.execute(b, "BEGIN", query, "ROLLBACK");
      String answer = "ok";
      try {
        Jdbc.execute(low, "COMMIT");
      } catch (java.sql.SQLException e) {
        answer = e.getMessage();
      }
      org.assertj.core.api.Assertions.assertThat(answer).isEqualTo(expected);
    }
  }

  @Test
  void role_columnUpdate() throws Exception {
    playAsLow(
        "GRANT SELECT, UPDATE (v) ON rt TO low",
        "UPDATE rt SET v = 5 WHERE id = 1",
        "UPDATE rt SET v = 6 WHERE id = 1",
        "ok");
  }

  @Test
  void role_columnInsert() throws Exception {
    playAsLow(
        "GRANT SELECT, INSERT (id, v) ON rt TO low",
        "INSERT INTO rt (id, v) VALUES (7, 7)",
        "INSERT INTO rt VALUES (7, 8)",
        "ok");
  }

  @Test
  void role_deleteWithoutSelect() throws Exception {
    playAsLow(
        "GRANT DELETE ON rt TO low", "DELETE FROM rt", "UPDATE rt SET v = 6 WHERE id = 1", "ok");
  }

  @Test
  void role_updateThroughView() throws Exception {
    playAsLow(
        "GRANT SELECT, UPDATE ON rv TO low",
        "UPDATE rv SET v = 5 WHERE id = 1",
        "UPDATE rt SET v = 6 WHERE id = 1",
        "ok");
  }

  @Test
  void role_cascade() throws Exception {
    playAsLow(
        "GRANT SELECT, DELETE ON rp TO low",
        "DELETE FROM rp WHERE id = 1",
        "UPDATE rp SET v = 6 WHERE id = 1",
        "ok");
  }

  @Test
  void role_viewWithoutPrivilege() throws Exception {
    roles();
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "GRANT SELECT, UPDATE ON rs.rp TO low");
    }
    try (Connection low = Jdbc.connect(cluster, "low");
        Connection b = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(b, "SET search_path = rs");
      Jdbc.execute(low, "SET search_path = rs", "BEGIN", "UPDATE rp SET v = 3");
      Jdbc.execute(b, "BEGIN", "UPDATE rp SET v = 4", "ROLLBACK");
      String answer;
      try {
        answer = Jdbc.value(low, "SELECT count(*) FROM rv");
      } catch (java.sql.SQLException e) {
        answer = e.getSQLState();
      }
      org.assertj.core.api.Assertions.assertThat(answer).isEqualTo("42501");
    }
  }

  // ---- second batch

  @Test
  void replaceParentAndChild_byIndependentConflict() throws Exception {
    play(
        """
        C: DROP TABLE child
        C: CREATE TABLE child (id int PRIMARY KEY, pid int REFERENCES parent ON DELETE SET NULL)
        C: INSERT INTO child VALUES (10, 1)
        A: BEGIN
        A: DELETE FROM parent WHERE id = 1 => #1
        A: INSERT INTO parent VALUES (1, 100) => #1
        A: UPDATE child SET pid = 1 WHERE id = 10 => #1
        """
            + PARK
            + """
        A: COMMIT
        A: SELECT * FROM child => [10, 1]
        """);
  }

  @Test
  void moveParentKeyAndInsertNewOne_withoutALook_isRefusedRatherThanMixedUp() throws Exception {
    play(
        "A: BEGIN\n"
            + """
        A: UPDATE parent SET id = 4 WHERE id = 1 => #1
        A: INSERT INTO parent VALUES (1, 100) => #1
        A: INSERT INTO child VALUES (11, 1) => #1
        """
            + PARK
            + """
        A: COMMIT => !OC000
        A: SELECT * FROM child ORDER BY id => [10, 1]
        """);
  }

  @Test
  void identityAlways_setToItsDefault_isRefusedRatherThanChanged() throws Exception {
    play(
        """
        C: CREATE TABLE ident (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY, v int)
        C: INSERT INTO ident (v) VALUES (1), (2)
        A: BEGIN
        A: UPDATE ident SET id = DEFAULT WHERE v = 1 RETURNING id => [3]
        """
            + PARK
            + """
        A: COMMIT => !OC000
        A: SELECT id FROM ident WHERE v = 1 => [1]
        """);
  }

  @Test
  void deferredViolation_isToldAtCommit() throws Exception {
    play(
        """
        C: DROP TABLE child
        C: CREATE TABLE child (id int PRIMARY KEY, pid int CONSTRAINT cfk REFERENCES parent DEFERRABLE INITIALLY DEFERRED)
        A: BEGIN
        """
            + PARK
            + """
        A: INSERT INTO child VALUES (1, 50) => #1
        A: COMMIT => !23503 ERROR: insert or update on table "child" violates foreign key constraint "cfk"
        """);
  }

  @Test
  void selfReference() throws Exception {
    play(
        """
        C: DROP TABLE IF EXISTS node
        C: CREATE TABLE node (id int PRIMARY KEY, up int REFERENCES node ON DELETE CASCADE, tags text, j jsonb, n numeric, b bytea, s text)
        C: INSERT INTO node VALUES (1, NULL), (2, 1), (3, 2)
        A: BEGIN
        A: DELETE FROM node WHERE id = 2 => #1
        """
            + PARK
            + """
        A: INSERT INTO node VALUES (4, 1, '{"a,b","c\\"d",NULL,""}', '{"k": "v\\"''"}', 1.500, '\\x00ff', E'q''\\\\\\\\ ä€ "x", (y)') => #1
        A: UPDATE node SET up = 4, n = 'NaN' WHERE id = 1 => #1
        A: COMMIT
        A: SELECT * FROM node ORDER BY id => [1, 4, null, null, NaN, null, null] [4, 1, {"a,b","c\\"d",NULL,""}, {"k": "v\\"'"}, 1.500000, \\x00ff, q'\\\\ ä€ "x", (y)]
        """);
  }

  @Test
  void partialIndexAndNulls() throws Exception {
    play(
        """
        C: DROP TABLE IF EXISTS part
        C: CREATE TABLE part (id int PRIMARY KEY, code text, alive boolean)
        C: CREATE UNIQUE INDEX ASYNC part_code ON part (lower(code)) WHERE alive
        C: jobs
        C: INSERT INTO part VALUES (1, 'A', true), (2, 'a', false), (3, NULL, true)
        C: ALTER TABLE part DROP COLUMN alive CASCADE
        C: ALTER TABLE part ADD COLUMN alive boolean
        C: ALTER TABLE part ALTER COLUMN alive SET DEFAULT true
        C: UPDATE part SET alive = true
        C: CREATE UNIQUE INDEX ASYNC part_code2 ON part (lower(code)) WHERE id <> 2
        C: jobs
        A: BEGIN
        """
            + PARK
            + """
        A: INSERT INTO part VALUES (5, 'A', true) ON CONFLICT (lower(code)) WHERE id <> 2 DO UPDATE SET code = 'B' || excluded.id RETURNING id, code => [1, B5]
        A: INSERT INTO part VALUES (6, 'b5', true) => !23505 ERROR: duplicate key value violates unique constraint "part_code2"
        A: ROLLBACK
        A: BEGIN
        """
            + PARK
            + """
        A: INSERT INTO part VALUES (5, 'A', true) ON CONFLICT (lower(code)) WHERE id <> 2 DO UPDATE SET code = 'B' || excluded.id RETURNING id, code => [1, B5]
        A: INSERT INTO part (id) VALUES (6) => #1
        A: COMMIT
        A: SELECT * FROM part ORDER BY id => [1, B5, t] [2, a, t] [3, null, t] [6, null, t]
        """);
  }

  @Test
  void viewCheckOption() throws Exception {
    play(
        """
        C: DROP VIEW IF EXISTS chk
        C: CREATE VIEW chk AS SELECT id, v FROM t WHERE v < 100 WITH CHECK OPTION
        A: BEGIN
        """
            + PARK
            + """
        A: INSERT INTO chk VALUES (50, 500) => !44000 ERROR: new row violates check option for view "chk"
        """);
  }

  @Test
  void uniqueNotNullShift() throws Exception {
    play(
        """
        A: BEGIN
        A: UPDATE uq SET code = 3 WHERE id = 2 => #1
        A: UPDATE uq SET code = 2 WHERE id = 1 => #1
        """
            + PARK
            + """
        A: COMMIT
        A: SELECT * FROM uq ORDER BY id => [1, 2] [2, 3]
        """);
  }

  @Test
  void fourSessions_crossing() throws Exception {
    for (int i = 0; i < 5; i++) {
      fill();
      play(
          """
        A: BEGIN
        B: BEGIN
        C: BEGIN
        D: BEGIN
        A: UPDATE t SET v = 1 WHERE id = 1 => #1
        B: UPDATE t SET v = 2 WHERE id = 2 => #1
        C: UPDATE t SET v = 3 WHERE id = 3 => #1
        A! UPDATE t SET v = 1 WHERE id = 2
        B! UPDATE t SET v = 2 WHERE id = 3
        C! UPDATE t SET v = 3 WHERE id = 1
        D! UPDATE t SET v = 4
        A? => #1
        B? => #1
        C? => #1
        D? => #3
        A! COMMIT
        B! COMMIT
        A?
        """
                  .replace("A! COMMIT\nB! COMMIT\nA?\n", "")
              + """
        D: COMMIT
        A: COMMIT => !OC000
        B: COMMIT => !OC000
        C: COMMIT => !OC000
        A: SELECT * FROM t ORDER BY id => [1, 4] [2, 4] [3, 4]
        """);
    }
  }

  @Test
  void settingAndInsert_isNotRunTwice() throws Exception {
    play(
        """
        C: DROP TABLE IF EXISTS gen
        C: CREATE TABLE gen (id uuid DEFAULT gen_random_uuid() PRIMARY KEY, v int)
        A: BEGIN
        A: SET LOCAL extra_float_digits = 0; INSERT INTO gen (v) VALUES (1)
        """
            + PARK
            + """
        A: COMMIT
        A: SELECT count(*) FROM gen => [1]
        """);
  }

  @Test
  @Timeout(15)
  void settingAndUpdate_doesNotLockAgain() throws Exception {
    play(
        """
        A: BEGIN
        A: SET LOCAL extra_float_digits = 0; UPDATE t SET v = 11 WHERE id = 1
        A: UPDATE t SET v = 21 WHERE id = 2 => #1
        B: BEGIN
        B: UPDATE t SET v = 22 WHERE id = 2 => #1
        B: ROLLBACK
        C: UPDATE t SET v = 12 WHERE id = 1 => #1
        """);
  }

  @Test
  void batches_andFetchSize() throws Exception {
    if (protocol.equals("simple")) return;
    try (Connection a = Jdbc.connect(cluster, "admin", "prepareThreshold=1");
        Connection b = Jdbc.connect(cluster, "admin")) {
      a.setAutoCommit(false);
      b.setAutoCommit(false);
      try (java.sql.PreparedStatement up =
              a.prepareStatement("UPDATE t SET v = v + ? WHERE id = ?");
          java.sql.PreparedStatement ins = a.prepareStatement("INSERT INTO t VALUES (?, ?)");
          java.sql.PreparedStatement sel = a.prepareStatement("SELECT id FROM t ORDER BY id")) {
        for (int round = 0; round < 8; round++) {
          for (int i = 1; i <= 3; i++) {
            up.setInt(1, 1);
            up.setInt(2, i);
            up.addBatch();
          }
          if (round % 2 == 0) Jdbc.execute(b, "UPDATE t SET v = -1 WHERE id = 3");
          org.assertj.core.api.Assertions.assertThat(up.executeBatch()).containsExactly(1, 1, 1);
          if (round % 2 == 1) Jdbc.execute(b, "UPDATE t SET v = -1 WHERE id = 2");
          for (int i = 0; i < 5; i++) {
            ins.setInt(1, 100 + 5 * round + i);
            ins.setInt(2, 0);
            ins.addBatch();
          }
          ins.executeBatch();
          sel.setFetchSize(2);
          int n = 0;
          try (java.sql.ResultSet rs = sel.executeQuery()) {
            while (rs.next()) n++;
          }
          org.assertj.core.api.Assertions.assertThat(n).isEqualTo(3 + 5 * (round + 1));
          b.rollback();
          a.commit();
          org.assertj.core.api.Assertions.assertThat(Jdbc.column(a, "SELECT sum(v) FROM t"))
              .containsExactly("" + (60 + 3 * (round + 1)));
          a.commit();
        }
      }
    }
  }

  @Test
  void columnCalledX() throws Exception {
    play(
        """
        C: DROP TABLE IF EXISTS point
        C: CREATE TABLE point (id int PRIMARY KEY, x int, y int)
        C: INSERT INTO point VALUES (1, 1, 1)
        A: BEGIN
        A: UPDATE point SET x = 2 WHERE id = 1 => #1
        """
            + PARK
            + """
        A: COMMIT
        A: SELECT * FROM point => [1, 2, 1]
        """);
  }

  @Test
  void keyShareAgainstUpdateThenForUpdate() throws Exception {
    play(
        """
        A: BEGIN
        B: BEGIN
        A: UPDATE t SET v = 0 WHERE id = 1 => #1
        A: SELECT v FROM t WHERE id = 1 FOR UPDATE => [0]
        B: SELECT v FROM t WHERE id = 1 FOR KEY SHARE => [10]
        B: COMMIT
        A: COMMIT => !OC000
        """);
  }

  @Test
  void keyShareAgainstForUpdateThenUpdate_onShadows() throws Exception {
    play(
        """
        A: BEGIN
        B: BEGIN
        A: SELECT v FROM t WHERE id = 1 FOR UPDATE => [10]
        A: UPDATE t SET v = 0 WHERE id = 1 => #1
        B: SELECT v FROM t WHERE id = 1 FOR KEY SHARE => [10]
        A: SELECT v FROM t WHERE id = 1 => [0]
        B: COMMIT
        A: COMMIT => !OC000
        """);
  }

  @Test
  void swapUniqueValues_leavesChildrenOfOthersAlone() throws Exception {
    play(
        "A: BEGIN\n"
            + """
        A: UPDATE parent SET v = 100 WHERE id = 1 => #1
        A: UPDATE uq SET code = NULL WHERE id = 1 => #1
        A: UPDATE uq SET code = 1 WHERE id = 2 => #1
        A: UPDATE uq SET code = 2 WHERE id = 1 => #1
        """
            + PARK
            + """
        A: COMMIT
        A: SELECT * FROM uq ORDER BY id => [1, 2] [2, 1]
        A: SELECT * FROM child => [10, 1]
        A: SELECT * FROM parent ORDER BY id => [1, 100] [2, 2] [3, 3]
        """);
  }

  @Test
  void swapParents_neverLosesChildren() throws Exception {
    play(
        "A: BEGIN\n"
            + """
        A: UPDATE parent SET id = 9 WHERE id = 1 => #1
        A: UPDATE parent SET id = 1 WHERE id = 2 => #1
        A: UPDATE parent SET id = 2 WHERE id = 9 => #1
        """
            + PARK
            + """
        A: SELECT * FROM child => [10, 2]
        A: COMMIT => !OC000
        A: SELECT * FROM child => [10, 1]
        """);
  }

  @Test
  void searchPathThatNamesTemporaryTables_doesNotHideWhatTheTransactionHasDone() throws Exception {
    play(
        """
        A: DROP TABLE IF EXISTS behind_temp
        A: CREATE TABLE behind_temp (id int PRIMARY KEY, v int)
        A: INSERT INTO behind_temp VALUES (1, 10)
        A: SET search_path = pg_catalog, public, pg_temp
        A: BEGIN
        A: UPDATE behind_temp SET v = 11 WHERE id = 1 => #1
        B: UPDATE behind_temp SET v = 12 WHERE id = 1 => #1
        A: SELECT v FROM behind_temp WHERE id = 1 => [11]
        A: UPDATE behind_temp SET v = v + 1 WHERE id = 1 => #1
        A: SELECT v FROM behind_temp WHERE id = 1 => [12]
        A: COMMIT => !OC000
        A: SHOW search_path => [pg_catalog, public, pg_temp]
        """);
  }
}
