package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;

/** No catalog, view or error shows what dsql-local has put into its PostgreSQL. */
class InsideIsHiddenTest {
  /** Names of ours; of the service's own only {@code dsql_major_version} looks like one. */
  private static final Pattern OURS =
      Pattern.compile(
          "dsql_(?!major_version)|dsql[.$](?!us-east-1\\b)|\\biam_(trust|role_mapping|oid_seq|login)|\\bocc_"
              + "|\\blimit_(changes|size|stays)|\\boversize|\\bjob_(of|run|submit|new|status|wanted)"
              + "|\\baws_iam");

  private static DsqlLocal cluster;
  private static Connection admin;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    Jdbc.createMappedRole(cluster, "app");
    admin = Jdbc.connect(cluster, "admin");
    Jdbc.executeAgain(
        admin,
        "CREATE DOMAIN word AS text CHECK (VALUE <> '')",
        "CREATE TABLE parent (id int PRIMARY KEY, w word UNIQUE)",
        "CREATE TABLE child (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,"
            + " parent int REFERENCES parent ON DELETE CASCADE, n int DEFAULT 7 CHECK (n > 0))",
        "CREATE INDEX ASYNC ON child (n) WHERE n > 1",
        "CREATE VIEW seen AS SELECT * FROM child",
        "CREATE SEQUENCE counter CACHE 1",
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "INSERT INTO parent VALUES (1, 'a')",
        "INSERT INTO child (parent) VALUES (1)",
        "GRANT SELECT ON child TO app");
    cluster.advanceTime(Duration.ofMinutes(1));
    Jdbc.awaitJobs(admin);
  }

  @AfterAll
  static void stop() throws Exception {
    admin.close();
    cluster.close();
  }

  @ParameterizedTest
  @CsvSource({"admin, simple", "admin, extended", "app, simple", "app, extended"})
  void noColumnOfAnyCatalog_showsANameOfOurs(String role, String protocol) throws Exception {
    try (Connection connection = Jdbc.connect(cluster, role, "preferQueryMode=" + protocol)) {
      assertThat(findings(connection)).isEmpty();
    }
  }

  /** A transaction that has given way works on tables that stand in for those of the client. */
  @Test
  void inATransactionThatHasGivenWay_nothingShowsEither() throws Exception {
    try (Connection other = Jdbc.connect(cluster, "admin");
        Connection reader = Jdbc.connect(cluster, "admin")) {
      reader.setAutoCommit(false);
      Jdbc.execute(reader, "UPDATE parent SET w = 'b' WHERE id = 1");
      other.setAutoCommit(false);
      Jdbc.execute(other, "UPDATE parent SET w = 'c' WHERE id = 1");
      other.rollback();
      Jdbc.execute(reader, "UPDATE child SET n = 8");
      assertThat(findings(reader)).isEmpty();
      assertThat(Jdbc.value(reader, "SELECT count(*) FROM pg_class WHERE relpersistence = 't'"))
          .isEqualTo("0");
      reader.rollback();
    }
  }

  private static Map<String, List<String>> findings(Connection connection) throws SQLException {
    Map<String, List<String>> found = new TreeMap<>();
    List<String> relations =
        Jdbc.column(
            connection,
            "SELECT format('%I.%I', nspname, relname) FROM pg_class c"
                + " JOIN pg_namespace n ON n.oid = relnamespace"
                + " WHERE relkind IN ('r', 'v') AND has_table_privilege(c.oid, 'SELECT')"
                + " AND nspname IN ('pg_catalog', 'information_schema', 'sys')");
    assertThat(relations).hasSizeGreaterThan(150);
    for (String relation : relations) {
      try (Statement statement = connection.createStatement();
          ResultSet result = statement.executeQuery("SELECT * FROM " + relation)) {
        ResultSetMetaData columns = result.getMetaData();
        while (result.next()) {
          for (int i = 1; i <= columns.getColumnCount(); i++) {
            String value = result.getString(i);
            if (value != null && OURS.matcher(value).find()) {
              found
                  .computeIfAbsent(
                      relation + "." + columns.getColumnName(i), k -> new ArrayList<>())
                  .add(value.length() > 80 ? value.substring(0, 80) : value);
            }
          }
        }
      }
    }
    return found;
  }

  /** psql's \sf and \d+ of the system's own objects. */
  @Test
  void definitionsOfTheSystemsObjects_areNotShown() throws Exception {
    assertThat(
            Jdbc.value(
                admin,
                "SELECT count(pg_get_functiondef(oid)) FROM pg_proc"
                    + " WHERE pronamespace = 'sys'::regnamespace AND prokind <> 'a'"))
        .isEqualTo("0");
    assertThat(Jdbc.value(admin, "SELECT count(pg_get_viewdef('sys.jobs'::regclass, true))"))
        .isEqualTo("0");
    assertThat(Jdbc.value(admin, "SELECT pg_get_viewdef('seen')")).contains("FROM child");
    assertThat(Jdbc.value(admin, "SELECT pg_get_functiondef('one'::regproc)")).contains("one()");
  }

  @Test
  void errors_nameNothingOfOurs() throws Exception {
    PSQLException mapped = failure("DROP ROLE app");
    assertThat(mapped.getSQLState()).isEqualTo("2BP01");
    assertThat(mapped.getServerErrorMessage().getMessage())
        .isEqualTo("role \"app\" cannot be dropped because some objects depend on it");
    assertThat(mapped.getServerErrorMessage().getDetail())
        .isEqualTo("privileges for schema app_schema\nprivileges for table child");
  }

  private static PSQLException failure(String sql) throws SQLException {
    try {
      Jdbc.executeAgain(admin, sql);
    } catch (PSQLException e) {
      return e;
    }
    throw new AssertionError(sql + " has worked");
  }

  /** Clients name catalogs by regclass, and PostgreSQL names objects for them. */
  @Test
  void numbersOfCatalogs_fitTogether() throws Exception {
    assertThat(
            Jdbc.value(
                admin,
                "SELECT pg_describe_object(classid, objid, objsubid) FROM pg_depend"
                    + " WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass"
                    + " AND refobjid = 'child'::regclass AND deptype = 'i'"
                    + " AND objid = 'child_id_seq'::regclass"))
        .isEqualTo("sequence child_id_seq");
    Jdbc.executeAgain(admin, "COMMENT ON COLUMN child.n IS 'a number'");
    assertThat(
            Jdbc.value(
                admin,
                "SELECT description FROM pg_description WHERE classoid = 'pg_class'::regclass"
                    + " AND objoid = 'child'::regclass AND objsubid = 3"))
        .isEqualTo("a number");
    assertThat(Jdbc.value(admin, "SELECT col_description('child'::regclass, 3)"))
        .isEqualTo("a number");
    assertThat(Jdbc.value(admin, "SELECT DISTINCT tableoid::regclass FROM pg_class"))
        .isEqualTo("pg_class");
  }
}
