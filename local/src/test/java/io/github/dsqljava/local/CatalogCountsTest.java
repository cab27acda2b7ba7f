package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.limits.Limit;
import io.github.dsqljava.local.limits.Limits;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many objects of a kind a cluster takes. */
class CatalogCountsTest {
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
  @CsvSource(
      delimiter = ';',
      value = {
        "1000; CREATE TABLE many.x# (); creating more than 1000 tables not allowed",
        "5000; CREATE VIEW many.x# AS SELECT 1; creating more than 5000 views not allowed",
        "5000; CREATE SEQUENCE many.x# CACHE 1;"
            + " creating more than 5000 sequences is not allowed"
      })
  void objectsOfAKind_areCounted(int most, String create, String words) throws Exception {
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      String elements =
          IntStream.rangeClosed(1, most - 1)
              .mapToObj(i -> create.replace("#", Integer.toString(i)).replace("many.", ""))
              .collect(Collectors.joining(" "));
      Jdbc.execute(connection, "CREATE SCHEMA many " + elements);
      try {
        Jdbc.execute(connection, create.replace("#", "_last"));
        assertThatThrownBy(() -> Jdbc.execute(connection, create.replace("#", "_more")))
            .hasMessage("ERROR: " + words)
            .extracting("SQLState")
            .isEqualTo("54000");
        // There is room again.
        String drop = create.replaceFirst("CREATE (\\w+) .*", "DROP $1 many.x_last");
        Jdbc.execute(connection, drop, create.replace("#", "_more"));
      } finally {
        Jdbc.execute(connection, "DROP SCHEMA many CASCADE");
      }
    }
  }

  @Test
  void schemas_areCounted() throws Exception {
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      for (int i = 1; i <= 10; i++) {
        Jdbc.execute(connection, "CREATE SCHEMA s" + i);
      }
      assertThatThrownBy(() -> Jdbc.execute(connection, "CREATE SCHEMA s11"))
          .hasMessage("ERROR: more than 10 schemas not allowed")
          .extracting("SQLState")
          .isEqualTo("54000");
      for (String sql :
          List.of(
              "CREATE SCHEMA s1",
              "CREATE SCHEMA IF NOT EXISTS s1",
              "CREATE SCHEMA public",
              "CREATE SCHEMA pg_new",
              "CREATE SCHEMA s12 CREATE TABLE t (a int)")) {
        assertThatThrownBy(() -> Jdbc.execute(connection, sql))
            .as(sql)
            .hasMessage("ERROR: more than 10 schemas not allowed")
            .extracting("SQLState")
            .isEqualTo("54000");
      }
      Jdbc.execute(connection, "DROP SCHEMA s10");
      assertThatThrownBy(() -> Jdbc.execute(connection, "CREATE SCHEMA s1"))
          .extracting("SQLState")
          .isEqualTo("42P06");
      Jdbc.execute(connection, "CREATE SCHEMA IF NOT EXISTS s1", "CREATE SCHEMA s10");
      for (int i = 1; i <= 10; i++) {
        Jdbc.execute(connection, "DROP SCHEMA s" + i);
      }
    }
  }

  @Test
  void viewDefinition_isTooLarge() throws Exception {
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      String large = "x".repeat(131_072);
      assertThatThrownBy(
              () -> Jdbc.execute(connection, "CREATE VIEW wide AS SELECT '" + large + "'"))
          .hasMessage("ERROR: view definition too large")
          .extracting("SQLState")
          .isEqualTo("54000");
      Jdbc.execute(
          connection, "CREATE VIEW wide AS SELECT '" + large.substring(131_072 - 120_000) + "'");
      assertThat(Jdbc.value(connection, "SELECT count(*) FROM pg_views WHERE viewname = 'wide'"))
          .isEqualTo("1");
      Jdbc.execute(connection, "DROP VIEW wide");
    }
  }

  @Test
  void tableBeyondALimitThatCameLater_canBeAltered(@TempDir Path directory) throws Exception {
    try (DsqlLocal wide = DsqlLocal.builder().dataDirectory(directory).start();
        Connection connection = Jdbc.connect(wide, "admin")) {
      Jdbc.execute(connection, "CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE)");
    }
    Limits small = Limits.builder().limit(Limit.INDEXES_PER_TABLE, 1).build();
    try (DsqlLocal narrow = DsqlLocal.builder().dataDirectory(directory).limits(small).start();
        Connection connection = Jdbc.connect(narrow, "admin")) {
      Jdbc.execute(connection, "ALTER TABLE t ADD c int", "ALTER TABLE t RENAME TO u");
      assertThatThrownBy(() -> Jdbc.execute(connection, "CREATE INDEX ASYNC ON u (c)"))
          .hasMessage("ERROR: more than 1 indexes per table are not allowed");
    }
  }

  @Test
  void limits_canBeScaled() throws Exception {
    Limits small =
        Limits.builder()
            .limit(Limit.SCHEMAS, 1)
            .limit(Limit.TABLES, 3)
            .limit(Limit.VIEWS, 1)
            .limit(Limit.VIEW_BYTES, 2_000)
            .limit(Limit.SEQUENCES, 1)
            .limit(Limit.INDEXES_PER_TABLE, 2)
            .limit(Limit.KEY_COLUMNS, 2)
            .limit(Limit.COLUMNS, 4)
            .limit(Limit.STATISTICS, 1)
            .limit(Limit.STATISTICS_TARGET, 7)
            .limit(Limit.DECLARED_KEY_BYTES, 20)
            .build();
    Map<String, String> answers = new LinkedHashMap<>();
    answers.put("CREATE SCHEMA one", "ok");
    answers.put("CREATE SCHEMA two", "more than 1 schemas not allowed");
    answers.put("CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE, c varchar(21))", "ok");
    answers.put("CREATE INDEX ASYNC ON t (a)", "more than 2 indexes per table are not allowed");
    answers.put("ALTER TABLE t ADD d int, ADD e int", "ok");
    answers.put("ALTER TABLE t ADD f int", "cannot use more than 5 columns in an index");
    answers.put(
        "CREATE TABLE u (a int, b int, c int, d int, e int, f int)",
        "tables can have at most 4 columns");
    answers.put(
        "CREATE TABLE u (a int, b int, c int, PRIMARY KEY (a, b, c))",
        "more than 2 column keys in an index are not supported");
    answers.put(
        "CREATE TABLE u (a varchar(21) PRIMARY KEY)",
        "key size greater than 20 bytes not supported");
    answers.put("CREATE TABLE u (a varchar(20) PRIMARY KEY)", "ok");
    answers.put("CREATE TABLE v ()", "ok");
    answers.put("CREATE TABLE w ()", "creating more than 3 tables not allowed");
    answers.put("CREATE STATISTICS s ON a, b FROM t", "ok");
    answers.put(
        "CREATE STATISTICS r ON a, c FROM t",
        "more than 1 extended statistics per table are not allowed");
    answers.put(
        "ALTER STATISTICS s SET STATISTICS 8",
        "statistics target 8 exceeds maximum allowed value of 7");
    answers.put("CREATE VIEW x AS SELECT '" + "x".repeat(500) + "'", "view definition too large");
    answers.put("CREATE VIEW x AS SELECT 1", "ok");
    answers.put("CREATE VIEW y AS SELECT 1", "creating more than 1 views not allowed");
    answers.put("CREATE SEQUENCE q CACHE 1", "ok");
    answers.put("CREATE SEQUENCE p CACHE 1", "creating more than 1 sequences is not allowed");
    Map<String, String> given = new LinkedHashMap<>();
    try (DsqlLocal scaled = DsqlLocal.builder().limits(small).start();
        Connection connection = Jdbc.connect(scaled, "admin")) {
      for (String sql : answers.keySet()) {
        try {
          Jdbc.execute(connection, sql);
          given.put(sql, "ok");
        } catch (SQLException e) {
          given.put(sql, e.getMessage().replaceFirst("^ERROR: ", ""));
        }
      }
    }
    assertThat(given).isEqualTo(answers);
  }
}
