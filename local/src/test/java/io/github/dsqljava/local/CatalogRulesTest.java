package io.github.dsqljava.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/** What the catalog decides: plays {@code catalog.txt} against a cluster. */
class CatalogRulesTest {
  private static final String OBJECTS =
      "SELECT string_agg(concat(oid, relname), ',' ORDER BY oid) FROM pg_class WHERE oid >= 16384";

  private static final String INDEXES_TO_BE_BUILT =
      "SELECT count(*) FROM pg_index WHERE NOT indisvalid";

  private static DsqlLocal cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      for (String line : lines()) {
        if (line.startsWith("> ")) {
          Jdbc.execute(admin, line.substring(2));
        }
      }
      Eventually.holds(
          "all indexes are built", () -> Jdbc.value(admin, INDEXES_TO_BE_BUILT).equals("0"));
    }
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void statements_areAnsweredAsByTheService(String mode) throws Exception {
    Map<String, String> differences = new LinkedHashMap<>();
    int played = 0;
    String refusal = "";
    try (Connection connection = Jdbc.connect(cluster, "admin", "preferQueryMode=" + mode)) {
      String before = Jdbc.value(connection, OBJECTS);
      for (String line : lines()) {
        String sql = line.isEmpty() ? "" : line.substring(1).strip();
        switch (line.isEmpty() ? '#' : line.charAt(0)) {
          case '!' -> refusal = sql;
          case '-' -> {
            check(connection, sql, refusal, differences);
            check(connection, "BEGIN", "ok", differences);
            check(connection, sql, refusal, differences);
            check(connection, "COMMIT", "ok", differences);
            played++;
          }
          case '+' -> {
            check(connection, "BEGIN", "ok", differences);
            check(connection, sql, "ok", differences);
            check(connection, "ROLLBACK", "ok", differences);
            played++;
          }
          default -> {}
        }
      }
      assertThat(differences).isEmpty();
      assertThat(Jdbc.value(connection, OBJECTS)).isEqualTo(before);
    }
    assertThat(played).isGreaterThan(150);
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void refusal_showsNoTraceOfWhatChecks(String mode) throws Exception {
    try (Connection connection = Jdbc.connect(cluster, "admin", "preferQueryMode=" + mode);
        Statement statement = connection.createStatement()) {
      for (String sql :
          List.of(
              "CREATE TABLE x (a money)",
              "ALTER TABLE pair DROP COLUMN a",
              "SELECT set_config('work_mem', '1MB', false)",
              "SELECT pg_catalog.line('{1,2,3}')",
              "SELECT sys.base32_str_to_uuid('x')")) {
        try {
          statement.execute(sql);
          throw new AssertionError(sql + " was accepted");
        } catch (PSQLException e) {
          assertThat(e.getServerErrorMessage().getWhere()).as(sql).isNull();
          assertThat(e.getServerErrorMessage().getRoutine()).as(sql).isNull();
          assertThat(e.getServerErrorMessage().getInternalQuery()).as(sql).isNull();
        }
      }
    }
  }

  @Test
  void numericWithoutPrecision_roundsToSixDigits() throws Exception {
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          connection,
          "CREATE DOMAIN amount AS numeric CHECK (VALUE < 100)",
          "CREATE TABLE bare (id int PRIMARY KEY, a numeric, b decimal DEFAULT 0.1234567,"
              + " c amount DEFAULT 1.99999999, d numeric(20, 8), e numeric GENERATED ALWAYS AS (d / 3) STORED,"
              + " f varchar(3))",
          "CREATE TABLE same (LIKE bare)",
          "ALTER TABLE bare ADD COLUMN g numeric",
          "INSERT INTO bare (id, a, d, g) VALUES (1, 2.71828182845, 1, -0.00000051)",
          "INSERT INTO same (id, a) VALUES (1, 2.71828182845)");
      assertThat(Jdbc.value(connection, "SELECT concat_ws(' ', a, b, c, d, e, g) FROM bare"))
          .isEqualTo("2.718282 0.123457 2.000000 1.00000000 0.333333 -0.000001");
      assertThat(Jdbc.value(connection, "SELECT a FROM same")).isEqualTo("2.718282");
      assertThat(
              Jdbc.column(
                  connection,
                  "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
                      + " WHERE attrelid = 'same'::regclass AND attnum BETWEEN 2 AND 5"))
          .containsExactly("numeric(18,6)", "numeric(18,6)", "amount", "numeric(20,8)");
      assertThat(answer(connection, "INSERT INTO bare (id, a) VALUES (2, 1000000000000)"))
          .isEqualTo("22003 numeric field overflow");
      assertThat(Jdbc.value(connection, "SELECT 2.71828182845::numeric"))
          .isEqualTo("2.71828182845");
      Jdbc.execute(connection, "DROP TABLE bare", "DROP TABLE same", "DROP DOMAIN amount");
    }
  }

  @Test
  void otherRoles_makeNothingInPublic() throws Exception {
    Jdbc.createMappedRole(cluster, "app");
    try (Connection app = Jdbc.connect(cluster, "app")) {
      assertThat(answer(app, "CREATE TABLE public.x (a int)"))
          .isEqualTo("42501 permission denied for schema public");
      assertThat(answer(app, "CREATE TABLE app_schema.x (a text[])"))
          .isEqualTo("0A000 datatype text[] not supported");
      assertThat(answer(app, "CREATE TABLE app_schema.x (a numeric)")).isEqualTo("ok");
      assertThat(answer(app, "DROP TABLE app_schema.x")).isEqualTo("ok");
    }
    dropRole();
  }

  private static void dropRole() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.executeAgain(
          admin,
          "DROP SCHEMA app_schema",
          "AWS IAM REVOKE app FROM '" + cluster.principal().arn() + "'",
          "DROP ROLE app");
    }
  }

  /** The table's grants are enough; they make nothing there. */
  @Test
  void otherRoles_reachTablesInPublicByTheirGrants() throws Exception {
    Jdbc.createMappedRole(cluster, "app");
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.executeAgain(
          admin,
          "CREATE TABLE granted (id int PRIMARY KEY, v int)",
          "CREATE TABLE hidden (id int)",
          "CREATE VIEW shown AS SELECT id FROM hidden",
          "CREATE SEQUENCE numbers CACHE 1");
      try (Connection app = Jdbc.connect(cluster, "app")) {
        assertThat(answer(app, "SELECT * FROM granted"))
            .isEqualTo("42501 permission denied for table granted");
        Jdbc.executeAgain(admin, "GRANT SELECT ON granted, shown TO app");
        Jdbc.executeAgain(app, "SELECT 1");
        assertThat(answer(app, "SELECT * FROM granted")).isEqualTo("ok");
        assertThat(answer(app, "SELECT * FROM public.granted")).isEqualTo("ok");
        assertThat(answer(app, "SELECT * FROM shown")).isEqualTo("ok");
        assertThat(answer(app, "INSERT INTO granted VALUES (1, 1)"))
            .isEqualTo("42501 permission denied for table granted");
        assertThat(answer(app, "UPDATE granted SET v = 1"))
            .isEqualTo("42501 permission denied for table granted");
        assertThat(answer(app, "SELECT * FROM hidden"))
            .isEqualTo("42501 permission denied for table hidden");
        assertThat(answer(app, "SELECT nextval('numbers')"))
            .isEqualTo("42501 permission denied for sequence numbers");
        Jdbc.executeAgain(admin, "GRANT INSERT ON granted TO app");
        Jdbc.executeAgain(app, "INSERT INTO granted VALUES (1, 1)");
        for (String sql :
            List.of(
                "CREATE TABLE bare (a int)",
                "CREATE VIEW bare AS SELECT 1",
                "CREATE SEQUENCE bare CACHE 1",
                "CREATE DOMAIN bare AS int",
                "CREATE FUNCTION bare() RETURNS int LANGUAGE sql AS 'SELECT 1'")) {
          assertThat(answer(app, sql)).isEqualTo("42501 permission denied for schema public");
        }
        assertThat(answer(app, "CREATE INDEX ASYNC ON granted (v)"))
            .isEqualTo("42501 must be owner of table granted");
        assertThat(answer(app, "DROP TABLE granted"))
            .isEqualTo("42501 must be owner of table granted");
      }
      Jdbc.executeAgain(
          admin,
          "DROP VIEW shown",
          "DROP TABLE granted",
          "DROP TABLE hidden",
          "DROP SEQUENCE numbers");
    }
    dropRole();
  }

  private static void check(
      Connection connection, String sql, String expected, Map<String, String> differences) {
    String given = answer(connection, sql);
    if (!given.equals(expected)) {
      differences.put(sql, given);
    }
  }

  private static String answer(Connection connection, String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
      return "ok";
    } catch (SQLException e) {
      String message = e.getMessage().lines().findFirst().orElse("");
      return e.getSQLState() + " " + message.replaceFirst("^ERROR: ", "");
    }
  }

  private static List<String> lines() throws IOException {
    try (InputStream in = CatalogRulesTest.class.getResourceAsStream("catalog.txt")) {
      return new String(in.readAllBytes(), UTF_8).lines().toList();
    }
  }
}
