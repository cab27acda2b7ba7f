package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing temporary can be made, however it is said; statements.txt has what the text tells. */
class TemporaryObjectsTest {
  private static final String TABLE = "TEMPORARY or TEMP table not supported for CREATE TABLE";

  private static DsqlLocal cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "CREATE TABLE pair (a int, b int)", "CREATE DOMAIN word AS text");
      Jdbc.execute(admin, "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'");
    }
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  /** The text of these statements is that of any other. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CREATE TABLE x (a int)                              | table not supported for CREATE TABLE",
        "CREATE TABLE x (a int PRIMARY KEY, b bigint GENERATED ALWAYS AS IDENTITY (CACHE 1))"
            + "                                              | table not supported for CREATE TABLE",
        "CREATE VIEW x AS SELECT 1                           | view not supported for CREATE VIEW",
        "CREATE SEQUENCE x CACHE 1                           | sequence not supported for CREATE SEQUENCE",
        "CREATE DOMAIN x AS int                              | domain not supported",
        "CREATE FUNCTION x() RETURNS int RETURN 1            | function not supported",
        "CREATE STATISTICS x ON a, b FROM public.pair        | statistics not supported",
      })
  void searchPath_leadsNothingIntoPgTemp(String sql, String words) throws Exception {
    for (String path : List.of("pg_temp", "\"pg_temp\", public")) {
      try (Connection connection = Jdbc.connect(cluster, "admin")) {
        Jdbc.execute(connection, "SET search_path = " + path);
        assertRefused(connection, sql, "TEMPORARY or TEMP " + words);
        assertNothingTemporary(connection);
      }
      try (Connection connection = Jdbc.connect(cluster, "admin")) {
        Jdbc.value(connection, "SELECT set_config('search_path', 'pg_temp', false)");
        assertRefused(connection, sql, "TEMPORARY or TEMP " + words);
        assertNothingTemporary(connection);
      }
    }
  }

  @Test
  void searchPath_withPgTempBehindAnother_isOfNoInterest() throws Exception {
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(connection, "SET search_path = public, pg_temp", "CREATE TABLE y (a int)");
      assertThat(Jdbc.value(connection, "SELECT 'public.y'::regclass")).isNotEmpty();
    }
  }

  /** PostgreSQL itself moves nothing there. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALTER TABLE pair SET SCHEMA pg_temp",
        "ALTER DOMAIN word SET SCHEMA pg_temp",
        "ALTER FUNCTION one() SET SCHEMA pg_temp",
      })
  void alter_movesNothingIntoPgTemp(String sql) throws Exception {
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      assertThatThrownBy(() -> Jdbc.execute(connection, sql)).isInstanceOf(SQLException.class);
      assertNothingTemporary(connection);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE pg_temp.x (a int)",
        "CREATE TEMP TABLE x (a int)",
        "BEGIN; CREATE TABLE pg_temp.x (a int); COMMIT",
      })
  void text_thatSaysTemporary_isRefused(String sql) throws Exception {
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      assertRefused(connection, sql, TABLE);
    }
  }

  private static void assertRefused(Connection connection, String sql, String message) {
    assertThatThrownBy(() -> Jdbc.execute(connection, sql))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("0A000"))
        .hasMessageContaining(message);
  }

  private static void assertNothingTemporary(Connection connection) throws SQLException {
    for (String catalog :
        List.of(
            "pg_class WHERE relnamespace",
            "pg_type WHERE typnamespace",
            "pg_proc WHERE pronamespace",
            "pg_statistic_ext WHERE stxnamespace")) {
      assertThat(
              Jdbc.value(connection, "SELECT count(*) FROM " + catalog + " = pg_my_temp_schema()"))
          .as(catalog)
          .isEqualTo("0");
    }
  }
}
