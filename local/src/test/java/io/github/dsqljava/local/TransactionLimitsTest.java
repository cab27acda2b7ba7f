package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.limits.Limit;
import io.github.dsqljava.local.limits.Limits;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;

/** What a transaction may change, and for how long; with the service's limits. */
class TransactionLimitsTest {
  private static final String ROWS = "!54000 ERROR: transaction row limit exceeded";
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

  private static void play(String protocol, String script) throws Exception {
    Script.play(cluster, protocol, script.replace("ROWS", ROWS).replace("ABORTED", ABORTED));
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended", "extendedCacheEverything"})
  void rowsCountAtTheStatementThatCrosses(String protocol) throws Exception {
    play(
        protocol,
        """
        A: DROP TABLE IF EXISTS r
        A: CREATE TABLE r (id int PRIMARY KEY, v int)
        A: INSERT INTO r SELECT i, 0 FROM generate_series(1, 3000) i => #3000
        A: INSERT INTO r SELECT i, 0 FROM generate_series(3001, 6001) i => ROWS
        A: SELECT count(*) FROM r => [3000]
        A: BEGIN
        A: INSERT INTO r SELECT i, 0 FROM generate_series(4001, 5000) i => #1000
        A: UPDATE r SET v = 1 WHERE id <= 1000 => #1000
        A: DELETE FROM r WHERE id BETWEEN 1001 AND 2000 => #1000
        A: UPDATE r SET v = 1 WHERE id = -1 => #0
        A: UPDATE r SET v = 1 WHERE id = 1 => ROWS
        A: SELECT 1 => ABORTED
        A: COMMIT => #0
        A: SELECT count(*) FROM r => [3000]
        -- A new transaction counts from nothing, and a read counts nothing.
        A: BEGIN
        A: SELECT count(*) FROM r => [3000]
        A: UPDATE r SET v = v + 1 => #3000
        A: SELECT count(*) FROM r => [3000]
        A: COMMIT
        A: SELECT sum(v) FROM r => [3000]
        -- The same row twice counts twice.
        A: BEGIN
        A: UPDATE r SET v = 0 => #3000
        A: UPDATE r SET v = 2 WHERE id = 7 => ROWS
        A: ROLLBACK
        """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void cascadesAndOtherWaysToChangeRowsCount(String protocol) throws Exception {
    play(
        protocol,
        """
        A: DROP TABLE IF EXISTS child
        A: DROP TABLE IF EXISTS parent
        A: CREATE TABLE parent (id int PRIMARY KEY, v int)
        A: CREATE TABLE child (id int PRIMARY KEY, p int REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE)
        A: INSERT INTO parent VALUES (1), (2)
        A: INSERT INTO child SELECT i, 1 FROM generate_series(1, 2999) i => #2999
        A: DELETE FROM parent WHERE id = 1 => #1
        A: INSERT INTO child SELECT i, 2 FROM generate_series(1, 2999) i => #2999
        A: INSERT INTO child VALUES (3000, 2) => #1
        A: DELETE FROM parent WHERE id = 2 => ROWS
        A: UPDATE parent SET id = 3 WHERE id = 2 => ROWS
        A: SELECT count(*) FROM child => [3000]
        A: INSERT INTO child SELECT i, 2 FROM generate_series(1, 3001) i ON CONFLICT (id) DO UPDATE SET p = 2 => ROWS
        A: INSERT INTO child SELECT i, 2 FROM generate_series(1, 3001) i ON CONFLICT DO NOTHING => #1
        A: WITH gone AS (DELETE FROM child WHERE id <= 2000 RETURNING id) UPDATE child SET p = p WHERE id > 2001 => #1000
        A: WITH x AS (INSERT INTO parent SELECT i FROM generate_series(11, 3010) i RETURNING id) UPDATE child SET p = p WHERE id = 3000 => ROWS
        """);
  }

  @Test
  void copyCounts() throws Exception {
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(connection, "CREATE TABLE copied (id int PRIMARY KEY)");
      StringBuilder rows = new StringBuilder();
      for (int i = 1; i <= 3000; i++) {
        rows.append(i).append('\n');
      }
      assertThat(copy(connection, rows.toString())).isEqualTo(3000);
      Jdbc.execute(connection, "DELETE FROM copied");
      assertThatThrownBy(() -> copy(connection, rows + "3001\n"))
          .isInstanceOfSatisfying(
              PSQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("54000"));
      assertThat(Jdbc.value(connection, "SELECT count(*) FROM copied")).isEqualTo("0");
    }
  }

  private static long copy(Connection connection, String rows) throws Exception {
    return connection
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyIn(
            "COPY copied FROM STDIN",
            new ByteArrayInputStream(rows.getBytes(StandardCharsets.US_ASCII)));
  }

  /** What was counted before a transaction gave way, counts when it goes on. */
  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void rowsOfAParkedTransactionCount(String protocol) throws Exception {
    play(
        protocol,
        """
        A: DROP TABLE IF EXISTS s
        A: CREATE TABLE s (id int PRIMARY KEY, v int)
        A: INSERT INTO s SELECT i, 0 FROM generate_series(1, 3000) i
        A: BEGIN
        A: UPDATE s SET v = 1 WHERE id <= 1000 => #1000
        B: BEGIN
        B: UPDATE s SET v = 2 WHERE id = 1 => #1
        B: ROLLBACK
        A: UPDATE s SET v = 1 WHERE id > 1000 => #2000
        A: INSERT INTO s VALUES (3001, 1) => ROWS
        A: ROLLBACK
        A: SELECT count(*) FROM s WHERE v = 1 => [0]
        A: BEGIN
        A: UPDATE s SET v = 1 WHERE id <= 1000 => #1000
        B: BEGIN
        B: UPDATE s SET v = 2 WHERE id = 1 => #1
        B: ROLLBACK
        A: UPDATE s SET v = 1 WHERE id > 1000 => #2000
        A: COMMIT
        A: SELECT count(*) FROM s WHERE v = 1 => [3000]
        A: BEGIN
        A: UPDATE s SET v = 1 WHERE id = 1 => #1
        A: INSERT INTO s SELECT i, 0 FROM generate_series(4001, 5499) i => #1499
        A: DELETE FROM s WHERE id > 4000 => #1499
        B: BEGIN
        B: UPDATE s SET v = 2 WHERE id = 1 => #1
        B: ROLLBACK
        A: UPDATE s SET v = 1 WHERE id IN (2, 3) => ROWS
        A: ROLLBACK
        """);
  }

  @Test
  void bytesCountAtCommit() throws Exception {
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(connection, "CREATE TABLE big (id int PRIMARY KEY, v text)");
      Jdbc.execute(connection, insert(0, 10, 1_000_000)); // 9.5 MiB
      assertTooLarge(() -> Jdbc.execute(connection, insert(10, 11, 1_000_000)), 11);
      assertThat(Jdbc.value(connection, "SELECT count(*) FROM big")).isEqualTo("10");

      connection.setAutoCommit(false);
      Jdbc.execute(connection, insert(20, 10, 1_000_000), insert(30, 10, 1_000_000));
      assertThat(Jdbc.value(connection, "SELECT count(*) FROM big")).isEqualTo("30");
      assertTooLarge(connection::commit, 20);
      connection.rollback();
      Jdbc.execute(connection, insert(20, 10, 1_000_000), "DELETE FROM big WHERE id <= 10");
      connection.commit();
      assertThat(Jdbc.value(connection, "SELECT count(*) FROM big")).isEqualTo("10");
    }
  }

  private static String insert(int from, int count, int length) {
    return "INSERT INTO big SELECT i, repeat('x', "
        + length
        + ") FROM generate_series("
        + (from + 1)
        + ", "
        + (from + count)
        + ") i";
  }

  private interface Action {
    void run() throws SQLException;
  }

  private static void assertTooLarge(Action action, int mebibytes) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(
            PSQLException.class,
            e -> {
              assertThat(e.getSQLState()).isEqualTo("54000");
              assertThat(e.getServerErrorMessage().getMessage())
                  .isEqualTo("transaction size limit 10mb exceeded");
              assertThat(e.getServerErrorMessage().getDetail())
                  .isEqualTo("Current transaction size " + mebibytes + "mb > 10mb");
              assertThat(e.getServerErrorMessage().getWhere()).isNull();
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void entriesOfIndexesCount(String protocol) throws Exception {
    play(
        protocol,
        """
        A: DROP TABLE IF EXISTS wide
        A: CREATE TABLE wide (id int PRIMARY KEY, a text UNIQUE, b text UNIQUE)
        A: INSERT INTO wide SELECT i, i || repeat('a', 1500), i || repeat('b', 1500) FROM generate_series(1, 1600) i => #1600
        A: DELETE FROM wide
        A: INSERT INTO wide SELECT i, i || repeat('a', 1500), i || repeat('b', 1500) FROM generate_series(1, 1900) i => !54000 ERROR: transaction size limit 10mb exceeded
        """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void sizesOfValuesRowsAndKeys(String protocol) throws Exception {
    play(
        protocol,
        """
        A: DROP TABLE IF EXISTS z
        A: CREATE TABLE z (id text PRIMARY KEY, t text, b bytea, j jsonb, u text UNIQUE)
        A: CREATE OR REPLACE FUNCTION random_bytes(n int) RETURNS bytea LANGUAGE sql AS $$ SELECT substr(string_agg(uuid_send(gen_random_uuid()), ''), 1, n) FROM generate_series(0, n / 16) $$
        A: CREATE OR REPLACE FUNCTION random_text(n int) RETURNS text LANGUAGE sql AS $$ SELECT substr(string_agg(md5(random()::text), ''), 1, n) FROM generate_series(0, n / 32) $$
        -- What is stored counts.
        A: INSERT INTO z (id, t) VALUES ('1', repeat('x', 2097152)) => #1
        A: UPDATE z SET t = t || 'x' => #1
        A: UPDATE z SET t = 'x', j = to_jsonb(repeat('x', 2097152)) => #1
        A: UPDATE z SET j = NULL, b = decode(repeat('00', 2097152), 'hex'), t = repeat('y', 3000000) => #1
        A: UPDATE z SET b = random_bytes(1048576), t = NULL => #1
        A: UPDATE z SET b = random_bytes(1048577) => !54000 ERROR: datatype limit greater than 1048576 bytes not supported for bytea
        A: UPDATE z SET b = b || 'x' => !54000 ERROR: datatype limit greater than 1048576 bytes not supported for bytea
        A: UPDATE z SET t = 'x' => #1
        A: UPDATE z SET t = random_text(1048576) => !54000 ERROR: maximum row size exceeded
        A: UPDATE z SET b = NULL, t = random_text(1048576) => #1
        A: UPDATE z SET t = random_text(1048577) => !54000 ERROR: datatype limit greater than 1048576 bytes not supported for text
        A: UPDATE z SET j = to_jsonb(random_text(1048577)), t = NULL => !54000 ERROR: datatype limit greater than 1048576 bytes not supported for jsonb
        A: INSERT INTO z (id, t) VALUES ('2', random_text(1048577)) => !54000 ERROR: datatype limit greater than 1048576 bytes not supported for text
        A: CREATE TABLE z_var (a varchar, b bpchar)
        A: INSERT INTO z_var VALUES (random_text(1048576)) => #1
        A: INSERT INTO z_var VALUES (random_text(1048577)) => !54000 ERROR: datatype limit greater than 1048576 bytes not supported for varchar
        A: INSERT INTO z_var VALUES (NULL, random_text(1048577)) => !54000 ERROR: datatype limit greater than 1048576 bytes not supported for char
        A: DROP TABLE z_var
        A: CREATE DOMAIN z_inner AS bytea
        A: CREATE DOMAIN z_outer AS z_inner
        A: CREATE TABLE z_domain (v z_outer)
        A: INSERT INTO z_domain VALUES (random_bytes(1048577)) => !54000 ERROR: datatype limit greater than 1048576 bytes not supported for bytea
        A: INSERT INTO z_domain VALUES (decode(repeat('00', 1048577), 'hex')) => #1
        A: DROP TABLE z_domain
        A: DROP DOMAIN z_outer
        A: DROP DOMAIN z_inner
        A: INSERT INTO z (id) VALUES (repeat('k', 1900)) => #1
        A: INSERT INTO z (id) VALUES (repeat('k', 2100)) => !54000 ERROR: key size too large
        A: INSERT INTO z (id) SELECT string_agg(md5(i::text), '') FROM generate_series(1, 100) i => !54000 ERROR: key size too large
        A: INSERT INTO z (id, u) VALUES (repeat('k', 1000), repeat('u', 900)) => #1
        A: INSERT INTO z (id, u) VALUES (repeat('l', 1000), repeat('u', 1100)) => !54000 ERROR: key size too large
        A: SELECT count(*) FROM z => [3]
        -- About 1,981 bytes, and 7 less for each further column.
        A: CREATE TABLE z_one (id text PRIMARY KEY)
        A: INSERT INTO z_one (id) VALUES (repeat('a', 1977)) => #1
        A: INSERT INTO z_one (id) VALUES (repeat('b', 1978)) => !54000 ERROR: key size too large
        A: DROP TABLE z_one
        A: INSERT INTO z (id, u) VALUES (repeat('c', 1000), repeat('u', 966)) => #1
        A: INSERT INTO z (id, u) VALUES (repeat('d', 1000), repeat('v', 967)) => !54000 ERROR: key size too large
        A: CREATE TABLE z_two (a text, b text, c text, PRIMARY KEY (a, b))
        A: INSERT INTO z_two VALUES (repeat('a', 966), repeat('b', 1000)) => #1
        A: INSERT INTO z_two VALUES (repeat('a', 967), repeat('b', 1000)) => !54000 ERROR: key size too large
        A: CREATE INDEX ASYNC ON z_two (c) WHERE c > 'm'
        A: INSERT INTO z_two VALUES ('a', '1', repeat('a', 1950)) => #1
        A: INSERT INTO z_two VALUES ('a', '2', repeat('z', 1940)) => #1
        A: INSERT INTO z_two VALUES ('a', '3', repeat('z', 1990)) => !54000 ERROR: key size too large
        A: DROP TABLE z_two
        A: DROP FUNCTION random_bytes(int)
        A: DROP FUNCTION random_text(int)
        """);
  }

  /** What limits.sql calls a row, a client may call a column. */
  @ParameterizedTest
  @ValueSource(
      strings = {"changed", "dsql_changed", "largest", "all_bytes", "before", "path", "relation"})
  void sizes_whateverAColumnIsCalled(String column) throws Exception {
    play(
        "simple",
        """
        A: DROP TABLE IF EXISTS named
        A: CREATE TABLE named (id int PRIMARY KEY, %1$s boolean, t text)
        A: INSERT INTO named SELECT 1, true, string_agg(md5(random()::text), '') FROM generate_series(0, 32768) => !54000 ERROR: datatype limit greater than 1048576 bytes not supported for text
        A: INSERT INTO named SELECT i, true, repeat('x', 1000000) FROM generate_series(1, 14) i => !54000 ERROR: transaction size limit 10mb exceeded
        A: INSERT INTO named SELECT i, true, '' FROM generate_series(1, 3001) i => ROWS
        A: SELECT count(*) FROM named => [0]
        A: DROP TABLE named
        """
            .formatted(column));
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void whatCountsRowsStays(String protocol) throws Exception {
    play(
        protocol,
        """
        A: DROP TABLE IF EXISTS counted
        A: CREATE TABLE counted (id int)
        A: DROP TRIGGER "dsql$insert" ON counted => !42704 ERROR: trigger "dsql$insert" for table "counted" does not exist
        A: ALTER TRIGGER "dsql$insert" ON counted RENAME TO x => !42704 ERROR: trigger "dsql$insert" for table "counted" does not exist
        A: DROP TRIGGER IF EXISTS no_such ON counted
        A: COMMENT ON TABLE counted IS 'x'
        A: ALTER TABLE counted DISABLE TRIGGER ALL
        A: INSERT INTO counted SELECT i FROM generate_series(1, 3001) i => ROWS
        A: ALTER TABLE counted RENAME TO counted_still
        A: INSERT INTO counted_still SELECT i FROM generate_series(1, 3001) i => ROWS
        A: DROP TABLE counted_still
        """);
  }

  /** The rows are looked at with the superuser's rights. */
  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void functionsOfClientsAreNotRunByWhatCounts(String protocol) throws Exception {
    String caller =
        "IMMUTABLE LANGUAGE sql AS $$ SELECT $1 || CASE current_user"
            + " WHEN 'admin' THEN '' ELSE (1 / (length($1) - length($1)))::text END $$";
    play(
        protocol,
        """
        A: CREATE FUNCTION caller(text) RETURNS text CALLER
        A: CREATE FUNCTION public.pg_column_size(text) RETURNS int LANGUAGE sql AS 'SELECT 5000'
        A: CREATE TABLE mine (id text PRIMARY KEY, v text)
        A: CREATE INDEX ASYNC mine_by_caller ON mine (caller(id)) WHERE caller(v) <> ''
        A: CREATE INDEX ASYNC mine_by_lower ON mine (lower(id))
        A: jobs
        A: SET search_path = public, pg_catalog
        A: INSERT INTO mine VALUES ('1', repeat('x', 3000)) => #1
        A: INSERT INTO mine VALUES ('2', repeat('x', 1000000)) => #1
        A: INSERT INTO mine VALUES (repeat('1', 1100), '') => !54000 ERROR: key size too large
        A: SHOW search_path => [public, pg_catalog]
        A: RESET search_path
        A: SHOW search_path => ["$user", public]
        -- The path that is set within a transaction outlives it.
        A: BEGIN
        A: SET search_path = public
        A: UPDATE mine SET v = repeat('y', 3000) => #2
        A: COMMIT
        A: SHOW search_path => [public]
        A: BEGIN
        A: UPDATE mine SET v = repeat('z', 3000) => #2
        A: SET search_path = public, pg_catalog
        A: COMMIT
        A: SHOW search_path => [public, pg_catalog]
        A: DROP TABLE mine
        A: DROP FUNCTION caller
        A: DROP FUNCTION public.pg_column_size(text)
        """
            .replace("CALLER", caller));
  }

  @Test
  void limitsCanBeScaled() throws Exception {
    Limits limits =
        Limits.builder()
            .limit(Limit.TRANSACTION_ROWS, 2)
            .limit(Limit.TRANSACTION_BYTES, 1 << 20)
            .build();
    try (DsqlLocal small = DsqlLocal.builder().limits(limits).start()) {
      Script.play(
          small,
          "extended",
          """
          A: CREATE TABLE s (id int PRIMARY KEY, v text)
          A: INSERT INTO s VALUES (1), (2) => #2
          A: INSERT INTO s VALUES (3), (4), (5) => !54000 ERROR: transaction row limit exceeded
          A: UPDATE s SET v = repeat('x', 600000) => !54000 ERROR: transaction size limit 1mb exceeded
          """);
    }
  }
}
