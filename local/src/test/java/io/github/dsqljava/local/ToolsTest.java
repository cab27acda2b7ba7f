package io.github.dsqljava.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What psql's describe commands, of {@code tools.txt}, and pgjdbc's metadata see of a cluster. */
class ToolsTest {
  private static final String INDEXES_TO_BE_BUILT =
      "SELECT count(*) FROM pg_index WHERE NOT indisvalid";

  private static DsqlLocal cluster;
  private static Connection admin;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    admin = Jdbc.connect(cluster, "admin");
    for (String line : lines()) {
      if (line.startsWith("> ")) {
        Jdbc.execute(admin, line.substring(2));
      }
    }
    Eventually.holds(
        "all indexes are built", () -> Jdbc.value(admin, INDEXES_TO_BE_BUILT).equals("0"));
  }

  @AfterAll
  static void stop() throws Exception {
    admin.close();
    cluster.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void catalogQueries_areAnsweredAsByTheService(String mode) throws Exception {
    Map<String, List<String>> expected = new LinkedHashMap<>();
    List<String> rows = new ArrayList<>();
    for (String line : lines()) {
      if (line.startsWith("? ")) {
        rows = new ArrayList<>();
        expected.put(line.substring(2), rows);
      } else if (line.startsWith("| ")) {
        rows.add(line.substring(2));
      }
    }
    Map<String, List<String>> differences = new LinkedHashMap<>();
    try (Connection connection = Jdbc.connect(cluster, "admin", "preferQueryMode=" + mode);
        Statement statement = connection.createStatement()) {
      for (String sql : expected.keySet()) {
        try (ResultSet result = statement.executeQuery(sql)) {
          List<String> given = rows(result);
          if (!given.equals(expected.get(sql))) {
            differences.put(sql, given);
          }
        }
      }
    }
    assertThat(expected).hasSizeGreaterThan(40);
    assertThat(differences).isEmpty();
  }

  @Test
  void base32_ofAnythingElse_isNoUuid() {
    for (String text :
        List.of("", "x", "aaisem2ekvthpcezvk54zxpo75", "aaisem2ekvthpcezvk54zxpo7")) {
      assertThatThrownBy(() -> Jdbc.value(admin, "SELECT sys.base32_str_to_uuid('" + text + "')"))
          .as(text)
          .hasMessage("ERROR: Unable to convert text to UUID")
          .extracting("SQLState")
          .isEqualTo("22P02");
    }
  }

  @Test
  void metaData_showsTablesAndColumns() throws Exception {
    DatabaseMetaData data = admin.getMetaData();
    assertThat(data.getDatabaseProductVersion()).isEqualTo("16.15");
    assertThat(columns(data.getSchemas(), "TABLE_SCHEM"))
        .containsExactly("information_schema", "pg_catalog", "public", "shop", "sys");
    assertThat(columns(data.getTables(null, "public", "%", null), "TABLE_NAME", "TABLE_TYPE"))
        .containsExactlyInAnyOrder(
            "item_lower INDEX",
            "item_pkey INDEX",
            "name_once INDEX",
            "odd one_pkey INDEX",
            "only_key_pkey INDEX",
            "sale_at INDEX",
            "sale_pkey INDEX",
            "counter SEQUENCE",
            "sale_id_seq SEQUENCE",
            "item TABLE",
            "odd one TABLE",
            "only_key TABLE",
            "sale TABLE",
            "cheap VIEW");
    assertThat(columns(data.getTables(null, null, "item", null), "TABLE_SCHEM", "REMARKS"))
        .containsExactly("public things");
    assertThat(columns(data.getTables(null, "dsql_internal", "%", null), "TABLE_NAME")).isEmpty();
    assertThat(
            columns(
                data.getColumns(null, "public", "item", "%"),
                "COLUMN_NAME",
                "TYPE_NAME",
                "COLUMN_SIZE",
                "DECIMAL_DIGITS",
                "IS_NULLABLE",
                "IS_GENERATEDCOLUMN"))
        .containsExactly(
            "id int8 19 0 NO NO",
            "name varchar 40 0 NO NO",
            "price numeric 18 6 YES NO",
            "tags text 2147483647 0 YES NO",
            "twice numeric 10 2 YES YES");
    assertThat(columns(data.getColumns(null, "public", "sale", "id"), "IS_AUTOINCREMENT"))
        .containsExactly("YES");
  }

  @Test
  void metaData_showsKeysAndIndexes() throws Exception {
    DatabaseMetaData data = admin.getMetaData();
    assertThat(
            columns(
                data.getPrimaryKeys(null, "public", "odd one"),
                "COLUMN_NAME",
                "KEY_SEQ",
                "PK_NAME"))
        .containsExactlyInAnyOrder("c 1 odd one_pkey", "a b 2 odd one_pkey");
    assertThat(
            columns(
                data.getIndexInfo(null, "public", "item", false, false),
                "NON_UNIQUE",
                "INDEX_NAME",
                "ORDINAL_POSITION",
                "COLUMN_NAME"))
        .containsExactly(
            "f item_pkey 1 id", "f name_once 1 name", "t item_lower 1 lower((name)::text)");
    assertThat(
            columns(
                data.getImportedKeys(null, "public", "sale"),
                "PKTABLE_NAME",
                "PKCOLUMN_NAME",
                "FKCOLUMN_NAME",
                "DELETE_RULE"))
        .containsExactly("item id item " + DatabaseMetaData.importedKeyCascade);
    assertThat(columns(data.getExportedKeys(null, "public", "item"), "FKTABLE_NAME"))
        .containsExactly("sale");
    assertThat(
            columns(
                data.getBestRowIdentifier(
                    null, "public", "only_key", DatabaseMetaData.bestRowSession, false),
                "COLUMN_NAME"))
        .containsExactly("id");
  }

  @Test
  void metaData_showsTypesRoutinesAndPrivileges() throws Exception {
    DatabaseMetaData data = admin.getMetaData();
    assertThat(columns(data.getTypeInfo(), "TYPE_NAME"))
        .contains("int8", "numeric", "uuid", "jsonb", "word")
        .doesNotContain("iam_trust");
    assertThat(columns(data.getFunctions(null, "public", "%"), "FUNCTION_NAME"))
        .containsExactly("half");
    assertThat(columns(data.getFunctions(null, null, "occ%"), "FUNCTION_NAME")).isEmpty();
    assertThat(
            columns(
                data.getFunctionColumns(null, "public", "half", "%"), "COLUMN_NAME", "TYPE_NAME"))
        .containsExactly("returnValue int4", "n int4");
    assertThat(columns(data.getProcedures(null, "public", "%"), "PROCEDURE_NAME")).isEmpty();
    assertThat(columns(data.getUDTs(null, "public", "%", null), "TYPE_NAME"))
        .contains("amount", "word");
    assertThat(columns(data.getTablePrivileges(null, "public", "item"), "GRANTEE", "PRIVILEGE"))
        .contains("clerk SELECT");
    assertThat(columns(data.getColumnPrivileges(null, "public", "item", "id"), "GRANTEE"))
        .contains("admin");
    assertThat(columns(data.getCatalogs(), "TABLE_CAT")).containsExactly("postgres");
    assertThat(data.getSQLKeywords()).isNotEmpty();
  }

  private static List<String> columns(ResultSet result, String... names) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (result) {
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (String name : names) {
          row.add(result.getString(name));
        }
        rows.add(String.join(" ", row));
      }
    }
    return rows;
  }

  private static List<String> rows(ResultSet result) throws SQLException {
    List<String> rows = new ArrayList<>();
    while (result.next()) {
      List<String> row = new ArrayList<>();
      for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
        String value = result.getString(i);
        row.add(value == null ? "" : value.replace('\n', ' '));
      }
      rows.add(String.join(" | ", row));
    }
    return rows;
  }

  private static List<String> lines() throws IOException {
    try (InputStream in = ToolsTest.class.getResourceAsStream("tools.txt")) {
      return new String(in.readAllBytes(), UTF_8).lines().toList();
    }
  }
}
