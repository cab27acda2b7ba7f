package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
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
      for (int i = 1; i <= 10; i++) {
        Jdbc.execute(connection, "DROP SCHEMA s" + i);
      }
    }
  }

  @Test
  void viewDefinition_isTooLarge() throws Exception {
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      String large = "x".repeat(2 * 1024 * 1024);
      assertThatThrownBy(
              () -> Jdbc.execute(connection, "CREATE VIEW wide AS SELECT '" + large + "'"))
          .hasMessage("ERROR: view definition too large")
          .extracting("SQLState")
          .isEqualTo("54000");
      Jdbc.execute(connection, "CREATE VIEW wide AS SELECT '" + large.substring(1000) + "'");
      assertThat(Jdbc.value(connection, "SELECT count(*) FROM pg_views WHERE viewname = 'wide'"))
          .isEqualTo("1");
      Jdbc.execute(connection, "DROP VIEW wide");
    }
  }
}
