package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Built-in functions with which a client could leave the database, or run SQL that nobody reads.
 */
class FunctionsOutOfReachTest {
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
  @ValueSource(
      strings = {
        "query_to_xml('SELECT 1', true, true, '')",
        "query_to_xmlschema('SELECT 1', true, true, '')",
        "query_to_xml_and_xmlschema('SELECT 1', true, true, '')",
        "table_to_xml('pg_class', true, true, '')",
        "schema_to_xml('public', true, true, '')",
        "database_to_xml(true, true, '')",
        "cursor_to_xml('c', 1, true, true, '')",
        "ts_stat('SELECT ''a''::tsvector')",
        "ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, ''b''::tsquery')",
        "lo_export(1, '/tmp/x')",
        "lo_import('/etc/passwd')",
        "lo_creat(1)",
        "pg_read_file('PG_VERSION')",
        "pg_read_binary_file('PG_VERSION')",
        "pg_stat_file('PG_VERSION')",
        "pg_ls_dir('.')",
        "pg_ls_logdir()",
        "pg_ls_waldir()",
        "pg_ls_tmpdir()",
      })
  void call_isOfNoFunction(String call) throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      for (String prefix : new String[] {"", "pg_catalog.", "dsql_internal."}) {
        assertThatThrownBy(() -> Jdbc.value(admin, "SELECT " + prefix + call))
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42883"));
      }
    }
  }

  /** An expression that is only read when a job runs it is refused when it is made. */
  @Test
  void constraintThatRunsAString_cannotBeMade() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "CREATE TABLE t (id int PRIMARY KEY)");
      assertThatThrownBy(
              () ->
                  Jdbc.execute(
                      admin,
                      "ALTER TABLE t ADD CONSTRAINT k CHECK"
                          + " (query_to_xml('SELECT 1', true, true, '') IS NOT NULL) NOT VALID"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42883"));
    }
  }

  /** Rights are no way to them: there are none, also for who has become the superuser. */
  @Test
  void catalog_hasNone() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      assertThat(
              Jdbc.value(
                  admin,
                  "SELECT coalesce(string_agg(proname, ' '), 'none') FROM pg_proc WHERE proname ~"
                      + " '^lo_|_to_xml|^pg_read_.*file|^pg_ls_|^pg_stat_file'"))
          .isEqualTo("none");
    }
  }
}
