package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.limits.Limit;
import io.github.dsqljava.local.limits.Limits;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PostgreSQL knows the limits in force, from {@link Limits} only, and no client changes them. */
class LimitSettingsTest {
  private static final String ROWS = Limit.TRANSACTION_ROWS.setting();

  private static DsqlLocal cluster;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static Map<String, String> expected(Limits limits) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (Limit limit : Limit.values()) {
      settings.put(limit.setting(), Long.toString(limits.of(limit)));
    }
    return settings;
  }

  private static Map<String, String> inForce(Connection connection) throws SQLException {
    Map<String, String> settings = new LinkedHashMap<>();
    for (Limit limit : Limit.values()) {
      settings.put(
          limit.setting(),
          Jdbc.value(connection, "SELECT current_setting('" + limit.setting() + "')"));
    }
    return settings;
  }

  @Test
  void everyLimit_isKnownToANewSession() throws Exception {
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      assertThat(inForce(connection)).isEqualTo(expected(Limits.standard()));
      assertThat(Jdbc.value(connection, "SHOW temp_file_limit")).isEqualTo("128MB");
    }
  }

  @Test
  void limitsOfTheLastStart_areForgotten(@TempDir Path directory) throws Exception {
    Limits limits = Limits.standard();
    for (Limit limit : Limit.values()) {
      limits = limits.toBuilder().limit(limit, 4_000 + limit.ordinal()).build();
    }
    try (DsqlLocal scaled = DsqlLocal.builder().dataDirectory(directory).limits(limits).start();
        Connection connection = Jdbc.connect(scaled, "admin")) {
      assertThat(inForce(connection)).isEqualTo(expected(limits));
    }
    try (DsqlLocal again = DsqlLocal.builder().dataDirectory(directory).start();
        Connection connection = Jdbc.connect(again, "admin")) {
      assertThat(inForce(connection)).isEqualTo(expected(Limits.standard()));
    }
  }

  @Test
  void limitThatPostgresqlWasNotTold_isAnError() throws Exception {
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      assertThatThrownBy(() -> Jdbc.value(connection, "SELECT dsql_internal.max_of('nothing')"))
          .hasMessage("ERROR: unrecognized configuration parameter \"dsql.max_nothing\"");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET NAME = 9",
        "SET SESSION NAME TO 9",
        "SET LOCAL NAME TO 9",
        "SET \"NAME\" TO 9",
        "SET NAME TO DEFAULT",
        "SET NAME FROM CURRENT",
        "RESET NAME",
        "SELECT set_config('NAME', '9', false)",
        "SELECT set_config('NAME', '9', true)",
        "SELECT pg_catalog.set_config('DSQL.MAX_TRANSACTION_ROWS', '9', false)",
        "SELECT dsql_internal.set_config('NAME', '9', false)",
        "UPDATE pg_settings SET setting = '9' WHERE name = 'temp_file_limit'",
        "ALTER ROLE admin SET NAME = 9",
        "ALTER USER admin SET NAME = 9",
        "ALTER ROLE ALL SET NAME = 9",
        "ALTER ROLE admin IN DATABASE postgres SET NAME = 9",
        "ALTER DATABASE postgres SET NAME = 9",
        "ALTER SYSTEM SET NAME = 9",
        "DO $$ BEGIN SET NAME = 9; END $$",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET NAME = 9 AS 'SELECT 1'",
        "CREATE FUNCTION f() RETURNS int AS 'SELECT 1' LANGUAGE sql SET NAME TO 9",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = a SET NAME TO 9 RETURN 1",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET \"dsql\".\"max_transaction_rows\" TO 9 RETURN 1",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET NAME FROM CURRENT BEGIN ATOMIC SELECT 1; END",
        "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql SET NAME = 9 RETURN 1",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SET NAME = 9'",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ SELECT set_config('NAME', '9', false) $$",
        "CREATE FUNCTION set(set int) RETURNS int LANGUAGE sql SET NAME = 9 RETURN 1",
        "CREATE PROCEDURE f() LANGUAGE sql SET NAME = 9 AS 'SELECT 1'",
        "ALTER FUNCTION known() SET NAME = 9",
        "ALTER ROUTINE known() SET NAME = 9",
      })
  void clients_cannotChangeALimit(String sql) throws Exception {
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          connection,
          "CREATE OR REPLACE FUNCTION known() RETURNS int LANGUAGE sql AS 'SELECT 1'",
          "DROP FUNCTION IF EXISTS f");
      String text = sql.replace("NAME", ROWS);
      String refusal = "not refused";
      try {
        Jdbc.execute(connection, text);
        if (text.contains("FUNCTION f()")) {
          Jdbc.execute(connection, "SELECT f()");
        }
      } catch (SQLException e) {
        refusal = e.getMessage();
      }
      assertThat(refusal).as(text).startsWith("ERROR: ");
      Jdbc.execute(connection, "RESET ALL");
      assertThat(inForce(connection)).isEqualTo(expected(Limits.standard()));
    }
    try (Connection next = Jdbc.connect(cluster, "admin")) {
      assertThat(inForce(next)).isEqualTo(expected(Limits.standard()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-c NAME=9", "-cNAME=9", "--NAME=9", "--dsql.max-transaction-rows=9"})
  void loginWithALimit_isRefused(String options) {
    String text = options.replace("NAME", ROWS);
    assertThatThrownBy(() -> Jdbc.connect(cluster, "admin", "options=" + text).close())
        .hasMessageContaining("setting configuration parameter");
  }
}
