package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of asynchronous jobs, and when; time is moved by hand. */
class JobsTest {
  private static final Duration DELAY = Duration.ofSeconds(10);
  private static final Duration HALF = DELAY.dividedBy(2);
  private static final HandClock CLOCK = new HandClock();
  private static final String UNKNOWN_JOB = "abcdefghijklmnopqrstuvwxy2";

  private static DsqlLocal cluster;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.builder().clock(CLOCK).jobDelay(DELAY).start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void makeTable() throws Exception {
    try (Connection admin = connect()) {
      Jdbc.execute(
          admin,
          "DROP TABLE IF EXISTS t",
          "CREATE TABLE t (id int PRIMARY KEY, v int, s text)",
          "INSERT INTO t VALUES (1, 10, 'a'), (2, 20, 'b'), (3, 30, NULL)");
    }
  }

  /** Jobs are done by the superuser. */
  @Test
  void functionsOfClients_areRunWithTheirRights() throws Exception {
    try (Connection admin = connect()) {
      Jdbc.execute(
          admin,
          "CREATE FUNCTION caller(int) RETURNS text IMMUTABLE LANGUAGE sql AS"
              + " $$ SELECT $1::text || current_user $$",
          "ALTER TABLE t ADD CONSTRAINT by_client CHECK (caller(v) = v || 'admin') NOT VALID");
      String unique =
          submit(
              admin,
              "CREATE UNIQUE INDEX ASYNC by_caller ON t" + " ((1 / strpos(caller(v), 'admin')))");
      String valid = submit(admin, "ALTER TABLE ASYNC t VALIDATE CONSTRAINT by_client");
      finish(admin, valid, "completed");
      awaitRow(
          admin,
          unique,
          "failed|Found duplicate key while validating index for UCVs|INDEX_BUILD|1259"
              + "|public.by_caller|10");
      Jdbc.execute(admin, "DROP TABLE t", "DROP FUNCTION caller");
    }
  }

  /** The same SQLSTATE comes where a table is dropped while its job looks at it. */
  @Test
  void functionThatFindsNoTable_failsTheJob() throws Exception {
    try (Connection admin = connect()) {
      Jdbc.execute(
          admin,
          "DROP SCHEMA IF EXISTS aside CASCADE",
          "CREATE SCHEMA aside",
          "CREATE TABLE aside.hidden (id int PRIMARY KEY)",
          "SET search_path = public, aside",
          "CREATE FUNCTION looks(x int) RETURNS bigint LANGUAGE sql IMMUTABLE AS"
              + " 'SELECT x + (SELECT count(*) FROM hidden)'",
          "ALTER TABLE t ADD CONSTRAINT looked CHECK (looks(v) > 0) NOT VALID");
      final String unique = submit(admin, "CREATE UNIQUE INDEX ASYNC by_looks ON t (looks(v))");
      String valid = submit(admin, "ALTER TABLE ASYNC t VALIDATE CONSTRAINT looked");
      finish(admin, valid, "failed");
      awaitRow(
          admin,
          unique,
          "failed|relation \"hidden\" does not exist|INDEX_BUILD|1259|public.by_looks|10");
      Jdbc.execute(admin, "DROP TABLE t", "DROP FUNCTION looks");
    }
  }

  @Test
  void job_isSubmittedThenProcessingThenCompleted() throws Exception {
    try (Connection admin = connect()) {
      String job = submit(admin, "CREATE INDEX ASYNC i ON t (v)");
      assertThat(job).matches("[a-z2-7]{26}");
      awaitRow(admin, job, "submitted|-|INDEX_BUILD|1259|public.i");
      assertThat(
              value(
                  admin,
                  "SELECT object_id = 'i'::regclass FROM sys.jobs WHERE job_id = '" + job + "'"))
          .isEqualTo("t");
      assertThat(validity(admin, "i")).isEqualTo("f");

      CLOCK.advance(HALF);
      awaitRow(admin, job, "processing|-|INDEX_BUILD|1259|public.i|5");
      assertThat(validity(admin, "i")).isEqualTo("f");

      CLOCK.advance(HALF);
      awaitRow(admin, job, "completed|-|INDEX_BUILD|1259|public.i|10");
      assertThat(validity(admin, "i")).isEqualTo("t");
      assertThat(value(admin, of(job, "start_time AT TIME ZONE 'UTC'")))
          .startsWith(CLOCK.instant().minus(DELAY).toString().substring(0, 10));
    }
  }

  @Test
  void finishedJob_isForgottenAfterHalfAnHour() throws Exception {
    try (Connection admin = connect()) {
      String job = finished(admin, "CREATE INDEX ASYNC i ON t (v)");
      CLOCK.advance(Duration.ofMinutes(29));
      String other = submit(admin, "CREATE INDEX ASYNC j ON t (v)");
      awaitStatus(admin, other, "submitted");
      assertThat(status(admin, job)).isEqualTo("completed");
      CLOCK.advance(Duration.ofMinutes(1));
      awaitStatus(admin, job, "gone");
      awaitStatus(admin, other, "completed");
    }
  }

  @Test
  void job_isThereOnlyIfItsTransactionCommits() throws Exception {
    try (Connection admin = connect();
        Connection other = connect()) {
      Jdbc.execute(admin, "BEGIN");
      String lost = submit(admin, "CREATE INDEX ASYNC i ON t (v)");
      assertThat(status(admin, lost)).isEqualTo("submitted");
      assertThat(status(other, lost)).isEqualTo("gone");
      Jdbc.execute(admin, "ROLLBACK");
      assertThat(status(admin, lost)).isEqualTo("gone");

      Jdbc.execute(admin, "BEGIN");
      String kept = submit(admin, "CREATE INDEX ASYNC i ON t (v)");
      assertThat(kept).isNotEqualTo(lost);
      Jdbc.execute(admin, "COMMIT");
      assertThat(status(other, kept)).isEqualTo("submitted");
      finish(other, kept, "completed");
      assertThat(validity(admin, "i")).isEqualTo("t");
    }
  }

  @Test
  void uniqueIndex_isEnforcedWhenItIsBuilt() throws Exception {
    try (Connection admin = connect()) {
      String job = submit(admin, "CREATE UNIQUE INDEX ASYNC i ON t (v)");
      Jdbc.execute(admin, "INSERT INTO t VALUES (4, 10)", "DELETE FROM t WHERE id = 4");
      assertFails(
          admin,
          "ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i",
          "55000",
          "index \"i\" is not valid");
      finish(admin, job, "completed");
      assertFails(admin, "INSERT INTO t VALUES (4, 10)", "23505", "\"i\"");
      Jdbc.execute(admin, "ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i");
      assertThat(
              value(
                  admin, "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'c'"))
          .startsWith("UNIQUE");
    }
  }

  @Test
  void uniqueIndex_overDuplicates_failsAndLetsNoMoreIn() throws Exception {
    try (Connection admin = connect()) {
      String job = submit(admin, "CREATE UNIQUE INDEX ASYNC i ON t (v)");
      // While it is built nothing keeps them out.
      Jdbc.execute(admin, "INSERT INTO t VALUES (4, 10)");
      finish(admin, job, "failed");
      assertThat(details(admin, job))
          .isEqualTo("Found duplicate key while validating index for UCVs");
      assertThat(validity(admin, "i")).isEqualTo("f");
      assertFails(admin, "INSERT INTO t VALUES (5, 10)", "23505", "\"i\"");
      Jdbc.execute(admin, "INSERT INTO t VALUES (5, 50)");
      assertFails(
          admin,
          "ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i",
          "55000",
          "index \"i\" is not valid");
      assertThat(waitFor(admin, job)).isEqualTo("f");
      Jdbc.execute(admin, "DROP INDEX i", "INSERT INTO t VALUES (6, 10)");
    }
  }

  @Test
  void duplicates_areWhatTheIndexTakesForThem() throws Exception {
    try (Connection admin = connect()) {
      Jdbc.execute(admin, "INSERT INTO t VALUES (4, 40, NULL), (5, 50, 'A'), (6, -10, 'c')");
      String nulls = submit(admin, "CREATE UNIQUE INDEX ASYNC nulls ON t (s)");
      String notDistinct =
          submit(admin, "CREATE UNIQUE INDEX ASYNC not_distinct ON t (s) NULLS NOT DISTINCT");
      String expression = submit(admin, "CREATE UNIQUE INDEX ASYNC ex ON t (lower(s))");
      String constant = submit(admin, "CREATE UNIQUE INDEX ASYNC con ON t ((1)) WHERE v > 45");
      String partial = submit(admin, "CREATE UNIQUE INDEX ASYNC part ON t (abs(v)) WHERE v > 0");
      String all = submit(admin, "CREATE UNIQUE INDEX ASYNC alls ON t (abs(v)) INCLUDE (s)");
      finish(admin, nulls, "completed");
      awaitStatus(admin, notDistinct, "failed");
      awaitStatus(admin, expression, "failed");
      awaitStatus(admin, constant, "completed");
      awaitStatus(admin, partial, "completed");
      awaitStatus(admin, all, "failed");
    }
  }

  @Test
  void failedUniqueIndex_isFailedForTransactionsOnShadowsToo() throws Exception {
    try (Connection admin = connect()) {
      Jdbc.execute(admin, "INSERT INTO t VALUES (4, 10, 'd')");
      finish(admin, submit(admin, "CREATE UNIQUE INDEX ASYNC i ON t (v)"), "failed");
    }
    for (String protocol : List.of("simple", "extended")) {
      Script.play(
          cluster,
          protocol,
          """
          A: BEGIN
          A: UPDATE t SET s = 'x' WHERE id = 2 => #1
          B: UPDATE t SET s = 'y' WHERE id = 2 => #1
          A: SELECT s FROM t WHERE id = 2 => [x]
          A: INSERT INTO t VALUES (5, 10, 'e') => !23505 ERROR: duplicate key value violates unique constraint "i"
          A: ROLLBACK
          """);
    }
  }

  @Test
  void undoneStatement_keepsItsJob() throws Exception {
    try (Connection a = connect();
        Connection b = connect()) {
      int before = Integer.parseInt(value(b, "SELECT count(*) FROM sys.jobs"));
      Jdbc.execute(a, "BEGIN");
      String job = submit(a, "CREATE INDEX ASYNC i ON t (v)");
      // Waits for the lock of CREATE INDEX, which has to be undone.
      learn(b);
      Jdbc.execute(b, "UPDATE t SET v = 11 WHERE id = 1");
      Jdbc.execute(a, "COMMIT");
      assertThat(value(b, "SELECT count(*) FROM sys.jobs")).isEqualTo(Integer.toString(before + 1));
      finish(b, job, "completed");
      assertThat(validity(b, "i")).isEqualTo("t");
    }
  }

  @Test
  void openTransaction_givesWayToAJob() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try (Connection admin = connect();
        Connection writer = connect()) {
      String job = submit(admin, "CREATE UNIQUE INDEX ASYNC i ON t (v)");
      learn(writer);
      Jdbc.execute(writer, "BEGIN", "UPDATE t SET v = 11 WHERE id = 1");
      // Nobody else does anything: who waits for a job does not count.
      Future<String> end = threads.submit(() -> waitFor(admin, job));
      CLOCK.advance(DELAY);
      assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo("t");
      Jdbc.execute(writer, "COMMIT");
      assertThat(value(admin, "SELECT v FROM t WHERE id = 1")).isEqualTo("11");
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void validation_tellsWhetherAllRowsComply() throws Exception {
    try (Connection admin = connect()) {
      Jdbc.execute(
          admin,
          "ALTER TABLE t ADD CONSTRAINT \"It's\" CHECK (v > 0) NOT VALID",
          "ALTER TABLE t ADD CONSTRAINT bad CHECK (v > 10) NOT VALID",
          "ALTER TABLE t ADD CONSTRAINT divides CHECK (100 / (v - 20) <> 0) NOT VALID",
          "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (v) REFERENCES t NOT VALID");
      String good = submit(admin, "ALTER TABLE ASYNC t VALIDATE CONSTRAINT \"It's\"");
      String bad = submit(admin, "ALTER TABLE ASYNC public.t VALIDATE CONSTRAINT BAD");
      String broken = submit(admin, "ALTER TABLE ASYNC t VALIDATE CONSTRAINT divides");
      String foreign = submit(admin, "ALTER TABLE ASYNC t VALIDATE CONSTRAINT fk");
      String last = submit(admin, "CREATE INDEX ASYNC ON t (v)");
      awaitRow(admin, good, "submitted|-|VALIDATE_CONSTRAINT|1259|public.t");
      assertThat(validated(admin, "It''s")).isEqualTo("f");
      finish(admin, good, "completed");
      assertThat(validated(admin, "It''s")).isEqualTo("t");
      awaitStatus(admin, bad, "failed");
      assertThat(details(admin, bad)).isEqualTo("check constraint \"bad\" is violated by some row");
      assertThat(validated(admin, "bad")).isEqualTo("f");
      awaitStatus(admin, broken, "failed");
      assertThat(details(admin, broken)).isEqualTo("division by zero");
      awaitStatus(admin, foreign, "failed");
      assertThat(details(admin, foreign))
          .isEqualTo("insert or update on table \"t\" violates foreign key constraint \"fk\"");
      awaitStatus(admin, last, "completed");
      assertThat(value(admin, "SELECT count(*) FROM pg_constraint WHERE conname LIKE 'dsql%'"))
          .isEqualTo("0");
    }
  }

  @Test
  void validation_isAskedForBesideOpenTransactions() throws Exception {
    for (String protocol : List.of("simple", "extended")) {
      Script.play(
          cluster,
          protocol,
          """
          C: ALTER TABLE t DROP CONSTRAINT IF EXISTS c
          C: ALTER TABLE t ADD CONSTRAINT c CHECK (v > 0) NOT VALID
          A: BEGIN
          A: SELECT count(*) FROM t => [3]
          B: BEGIN
          B: UPDATE t SET v = v + 1 WHERE id = 1 => #1
          C: ALTER TABLE ASYNC t VALIDATE CONSTRAINT c
          A: SELECT count(*) FROM t => CHANGED
          A: ROLLBACK
          B: COMMIT => CHANGED
          """
              .replace(
                  "CHANGED",
                  "!40001 ERROR: schema has been updated by another transaction (OC001)"));
    }
  }

  @Test
  void job_besideALongStatement_isDoneInTheEnd() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try (Connection admin = connect();
        Connection busy = Jdbc.connect(cluster, "admin", "preferQueryMode=simple")) {
      String job = submit(admin, "CREATE UNIQUE INDEX ASYNC i ON t (v)");
      learn(busy);
      Future<?> running =
          threads.submit(
              () -> {
                Jdbc.execute(
                    busy, "BEGIN; UPDATE t SET v = 11 WHERE id = 1; SELECT pg_sleep(1.5); COMMIT");
                return null;
              });
      Eventually.holds("it sleeps", () -> waiting(admin) == 1);
      CLOCK.advance(DELAY);
      finish(admin, job, "completed");
      running.get(20, TimeUnit.SECONDS);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void validation_ofWhatIsNotThere_isRefusedAtOnce() throws Exception {
    try (Connection admin = connect()) {
      assertFails(
          admin,
          "ALTER TABLE ASYNC t VALIDATE CONSTRAINT nix",
          "42704",
          "constraint \"nix\" of relation \"t\" does not exist");
      assertFails(
          admin,
          "ALTER TABLE ASYNC t VALIDATE CONSTRAINT t_pkey",
          "42809",
          "constraint \"t_pkey\" of relation \"t\" is not a foreign key or check constraint");
      assertFails(
          admin, "ALTER TABLE ASYNC nix VALIDATE CONSTRAINT c", "42P01", "\"nix\" does not exist");
    }
  }

  @Test
  void jobWithoutItsObject_completes() throws Exception {
    try (Connection admin = connect()) {
      Jdbc.execute(admin, "CREATE TABLE gone (a int)");
      String ofTable = submit(admin, "CREATE INDEX ASYNC gone_i ON gone (a)");
      String ofIndex = submit(admin, "CREATE INDEX ASYNC i ON t (v)");
      Jdbc.execute(admin, "DROP TABLE gone", "DROP INDEX i");
      finish(admin, ofTable, "completed");
      assertThat(details(admin, ofTable)).isEqualTo("Skipped job for nonexistent table.");
      awaitStatus(admin, ofIndex, "completed");
      assertThat(details(admin, ofIndex)).isEqualTo("relation \"public.i\" does not exist");
    }
  }

  @Test
  void drop_leavesAJob() throws Exception {
    try (Connection admin = connect()) {
      Jdbc.execute(
          admin,
          "CREATE SCHEMA dropped",
          "CREATE TABLE dropped.d (id int PRIMARY KEY)",
          "CREATE TABLE dropped.e (id int PRIMARY KEY)",
          "DROP TABLE dropped.d",
          "DROP SCHEMA dropped CASCADE");
      String jobs =
          "SELECT object_name FROM sys.jobs WHERE job_type = 'DROP' AND object_name LIKE 'dropped%'";
      assertThat(Jdbc.column(admin, jobs)).containsExactlyInAnyOrder("dropped.d", "dropped.e");
      CLOCK.advance(DELAY);
      Eventually.holds(
          "done", () -> Jdbc.column(admin, jobs + " AND status = 'completed'").size() == 2);
    }
  }

  @Test
  void waitForJob_waitsAndHindersNobody() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try (Connection admin = connect();
        Connection simple = Jdbc.connect(cluster, "admin", "preferQueryMode=simple");
        Connection extended = Jdbc.connect(cluster, "admin", "prepareThreshold=-1");
        Connection called = connect()) {
      String job = submit(admin, "CREATE INDEX ASYNC i ON t (v)");
      learn(simple, extended, called);
      Future<String> first = threads.submit(() -> waitFor(simple, job));
      Future<String> second = threads.submit(() -> waitForPrepared(extended, job));
      Future<Boolean> third = threads.submit(() -> waitForCalled(called, job));
      Eventually.holds("three wait", () -> waiting(admin) == 3);
      for (String protocol : List.of("simple", "extended")) {
        Script.play(
            cluster,
            protocol,
            """
            A: BEGIN
            A: UPDATE t SET s = 'x' WHERE id = 2 => #1
            B: UPDATE t SET s = 'y' WHERE id = 2 => #1
            A: COMMIT => !OC000
            A: ALTER TABLE t ADD COLUMN more int
            A: ALTER TABLE t DROP COLUMN more
            """);
      }
      assertThat(List.of(first.isDone(), second.isDone(), third.isDone())).containsOnly(false);
      finish(admin, job, "completed");
      assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo("t");
      assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo("t");
      assertThat(third.get(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void waitForJob_whoseClientIsGone_ends() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try (Connection admin = connect();
        Connection gone = connect()) {
      String job = submit(admin, "CREATE INDEX ASYNC i ON t (v)");
      learn(gone);
      Future<String> waiting = threads.submit(() -> waitFor(gone, job));
      Eventually.holds("it waits", () -> waiting(admin) == 1);
      gone.abort(Runnable::run);
      assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS)).isNotNull();
      Eventually.holds("nobody waits", () -> waiting(admin) == 0);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void waitForJob_isRefused() throws Exception {
    try (Connection admin = connect()) {
      assertFails(admin, "CALL sys.wait_for_job('x')", "22P02", "Unable to convert text to UUID");
      assertFails(admin, "CALL sys.wait_for_job(NULL)", "22P02", "Unable to convert text to UUID");
      assertFails(
          admin,
          "SELECT sys.wait_for_job('x')",
          "42809",
          "sys.wait_for_job(unknown) is a procedure");
      assertFails(
          admin,
          "CALL sys.wait_for_job((SELECT job_id FROM sys.jobs LIMIT 1))",
          "0A000",
          "cannot use subquery in CALL argument");
      assertThat(waitFor(admin, UNKNOWN_JOB)).isEqualTo("f");
      String call = "CALL sys.wait_for_job('" + UNKNOWN_JOB + "')";
      String inBlock = "CALL sys.wait_for_job cannot run inside a transaction block";
      Jdbc.execute(admin, "BEGIN");
      assertFails(admin, call, "25001", inBlock);
      Jdbc.execute(admin, "ROLLBACK");
      try (Connection simple = Jdbc.connect(cluster, "admin", "preferQueryMode=simple")) {
        assertFails(simple, "SELECT 1; " + call, "25001", inBlock);
        assertFails(simple, call + "; SELECT 1", "25001", inBlock);
      }
    }
  }

  @Test
  void otherRoles_seeJobsAndWaitForThem() throws Exception {
    Jdbc.createMappedRole(cluster, "reader");
    try (Connection reader = Jdbc.connect(cluster, "reader")) {
      Jdbc.execute(reader, "CREATE TABLE reader_schema.t (a int)");
      String job = submit(reader, "CREATE INDEX ASYNC i ON reader_schema.t (a)");
      finish(reader, job, "completed");
      assertThat(waitFor(reader, job)).isEqualTo("t");
      assertFails(reader, "DELETE FROM sys.jobs", "42501", "permission denied");
      assertFails(reader, "SELECT * FROM dsql_internal.jobs", "42501", "permission denied");
      assertFails(
          reader, "CREATE INDEX ASYNC ON public.t (v)", "42501", "must be owner of table t");
    }
  }

  @Test
  void indexWithoutAsync_takesASetting() throws Exception {
    for (String protocol : List.of("simple", "extended")) {
      Script.play(
          cluster,
          protocol,
          """
          A: CREATE INDEX i ON t (v) => !0A000 ERROR: unsupported mode. please use CREATE INDEX ASYNC.
          A: CREATE INDEX i ON nix (v) => !0A000 ERROR: unsupported mode. please use CREATE INDEX ASYNC.
          A: BEGIN
          A: SET LOCAL disable_sync_create_index = off
          A: CREATE UNIQUE INDEX i ON t (v) => #0
          A: COMMIT
          A: SELECT indisvalid, indisunique FROM pg_index WHERE indexrelid = 'i'::regclass => [t, t]
          A: INSERT INTO t VALUES (4, 10) => !23505 ERROR: duplicate key value violates unique constraint "i"
          A: DROP INDEX i
          A: CREATE INDEX i ON t (v) => !0A000 ERROR: unsupported mode. please use CREATE INDEX ASYNC.
          A: SET disable_sync_create_index = false
          A: CREATE INDEX i ON t (v) => #0
          A: RESET disable_sync_create_index
          A: CREATE INDEX j ON t (v) => !0A000 ERROR: unsupported mode. please use CREATE INDEX ASYNC.
          A: DROP INDEX i
          """);
    }
  }

  // ---- steps

  /** Jobs and clients change the schema, of which every session is told once. */
  private static String value(Connection connection, String sql) throws SQLException {
    learn(connection);
    return Jdbc.value(connection, sql);
  }

  private static void learn(Connection... connections) throws SQLException {
    for (Connection connection : connections) {
      Jdbc.executeAgain(connection, "SELECT 1");
    }
  }

  private static Connection connect() throws SQLException {
    return Jdbc.connect(cluster, "admin");
  }

  /** The one row of a statement that asks for a job. */
  private static String submit(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.getMetaData().getColumnCount()).isEqualTo(1);
      assertThat(rows.getMetaData().getColumnName(1)).isEqualTo("job_id");
      assertThat(rows.getMetaData().getColumnType(1)).isEqualTo(Types.VARCHAR);
      assertThat(rows.next()).isTrue();
      String job = rows.getString(1);
      assertThat(rows.next()).isFalse();
      return job;
    }
  }

  private static String finished(Connection connection, String sql) throws Exception {
    String job = submit(connection, sql);
    finish(connection, job, "completed");
    return job;
  }

  /** Moves the clock on by as much as the job takes. */
  private static void finish(Connection connection, String job, String expected) throws Exception {
    CLOCK.advance(DELAY);
    awaitStatus(connection, job, expected);
  }

  private static void awaitStatus(Connection connection, String job, String expected)
      throws Exception {
    Eventually.holds(job + " is " + expected, () -> status(connection, job).equals(expected));
  }

  private static void awaitRow(Connection connection, String job, String expected)
      throws Exception {
    Eventually.holds(expected, () -> row(connection, job).equals(expected));
  }

  private static String of(String job, String expression) {
    return "SELECT coalesce(max(("
        + expression
        + ")::text), 'null') FROM sys.jobs j"
        + " WHERE job_id = '"
        + job
        + "'";
  }

  private static String row(Connection connection, String job) throws SQLException {
    return value(
        connection,
        of(
            job,
            "concat_ws('|', status, coalesce(details, '-'), job_type, class_id, object_name,"
                + " extract(epoch FROM update_time - start_time)::int)"));
  }

  private static String status(Connection connection, String job) throws SQLException {
    String status = value(connection, of(job, "status"));
    return status.equals("null") ? "gone" : status;
  }

  private static String details(Connection connection, String job) throws SQLException {
    return value(connection, of(job, "details"));
  }

  private static String validity(Connection connection, String index) throws SQLException {
    return value(
        connection, "SELECT indisvalid FROM pg_index WHERE indexrelid = '" + index + "'::regclass");
  }

  private static String validated(Connection connection, String constraint) throws SQLException {
    return value(
        connection, "SELECT convalidated FROM pg_constraint WHERE conname = '" + constraint + "'");
  }

  private static int waiting(Connection connection) throws SQLException {
    return Integer.parseInt(
        value(connection, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"));
  }

  private static String waitFor(Connection connection, String job) throws SQLException {
    return value(connection, "CALL sys.wait_for_job('" + job + "')");
  }

  private static String waitForPrepared(Connection connection, String job) throws SQLException {
    try (PreparedStatement call = connection.prepareStatement("CALL sys.wait_for_job(?)")) {
      call.setString(1, job);
      try (ResultSet rows = call.executeQuery()) {
        assertThat(rows.next()).isTrue();
        return rows.getString("succeeded");
      }
    }
  }

  private static boolean waitForCalled(Connection connection, String job) throws SQLException {
    try (CallableStatement call = connection.prepareCall("CALL sys.wait_for_job(?, ?)")) {
      call.setString(1, job);
      call.registerOutParameter(2, Types.BOOLEAN);
      call.execute();
      return call.getBoolean(2);
    }
  }

  private static void assertFails(
      Connection connection, String sql, String sqlState, String message) {
    assertThatThrownBy(() -> Jdbc.execute(connection, sql))
        .as(sql)
        .isInstanceOf(SQLException.class)
        .hasMessageContaining(message)
        .extracting(failure -> ((SQLException) failure).getSQLState())
        .isEqualTo(sqlState);
  }
}
