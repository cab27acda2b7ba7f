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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole files of the kind that people have, played as psql plays them: each statement a Query
 * message of its own. Then tools look at what is there: psql's {@code \d+}, JDBC's metadata, the
 * information schema.
 */
class SchemaFilesTest {
  private static final List<String> FILES = List.of("shop", "workflow", "saas", "authorization");

  private static DsqlLocal cluster;
  private static Connection admin;

  @BeforeAll
  static void play() throws Exception {
    cluster = DsqlLocal.builder().jobDelay(Duration.ZERO).start();
    admin = Jdbc.connect(cluster, "admin", "preferQueryMode=simple");
    for (String file : FILES) {
      for (String sql : statements(file)) {
        try (Statement statement = admin.createStatement()) {
          statement.setEscapeProcessing(false);
          statement.execute(sql);
        } catch (SQLException e) {
          throw new AssertionError(file + ".sql: " + sql, e);
        }
      }
    }
    Jdbc.awaitJobs(admin);
  }

  @AfterAll
  static void stop() throws Exception {
    admin.close();
    cluster.close();
  }

  private static List<String> statements(String file) throws IOException {
    try (InputStream in = SchemaFilesTest.class.getResourceAsStream("schemas/" + file + ".sql")) {
      return List.of(new String(in.readAllBytes(), UTF_8).split(";\n"));
    }
  }

  @Test
  void everyJob_hasCompleted_andEveryIndexIsValid() throws Exception {
    assertThat(Jdbc.column(admin, "SELECT job_id FROM sys.jobs WHERE status <> 'completed'"))
        .isEmpty();
    assertThat(Jdbc.column(admin, "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid"))
        .isEmpty();
    assertThat(
            Jdbc.value(
                admin, "SELECT convalidated FROM pg_constraint WHERE conname = 'task_attempts'"))
        .isEqualTo("t");
  }

  @ParameterizedTest
  @CsvSource({
    "shop, category customer order_line orders product, turnover",
    "flow, definition event run task, next_task",
    "Tenants, User document tenant usage, active usageByMonth",
    "authz, attribute namespace relation_tuple transaction, living"
  })
  void tablesAndViews_areSeenByAllTools(String schema, String tables, String views)
      throws Exception {
    DatabaseMetaData data = admin.getMetaData();
    assertThat(names(data.getTables(null, schema, "%", new String[] {"TABLE"}), "TABLE_NAME"))
        .isEqualTo(tables);
    assertThat(names(data.getTables(null, schema, "%", new String[] {"VIEW"}), "TABLE_NAME"))
        .isEqualTo(views);
    assertThat(
            Jdbc.value(
                admin,
                "SELECT string_agg(table_name, ' ' ORDER BY table_name COLLATE \"C\")"
                    + " FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
                    + " AND table_schema = '"
                    + schema
                    + "'"))
        .isEqualTo(tables);
    assertThat(
            Jdbc.value(
                admin,
                "SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_catalog.pg_class c"
                    + " LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                    + " LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam"
                    + " WHERE c.relkind IN ('r','p','') AND am.amname = 'btree_table'"
                    + " AND n.nspname OPERATOR(pg_catalog.~) '^("
                    + schema
                    + ")$' COLLATE pg_catalog.default"))
        .isEqualTo(tables);
  }

  /** The footers of psql's \d+. */
  @Test
  void definitionsOfIndexes_areTheServices() throws Exception {
    assertThat(
            Jdbc.column(
                admin,
                "SELECT pg_catalog.pg_get_indexdef(i.indexrelid, 0, true)"
                    + " FROM pg_catalog.pg_class c, pg_catalog.pg_class c2, pg_catalog.pg_index i"
                    + " WHERE c.oid = 'shop.product'::regclass AND c.oid = i.indrelid"
                    + " AND i.indexrelid = c2.oid ORDER BY i.indisprimary DESC, c2.relname"))
        .containsExactly(
            "CREATE UNIQUE INDEX product_pkey ON shop.product USING btree_index (id) INCLUDE"
                + " (sku, category_id, title, price, tax_rate, gross, attributes, deleted_at)",
            "CREATE INDEX product_category ON shop.product USING btree_index (category_id, price)"
                + " INCLUDE (title)",
            "CREATE INDEX product_color ON shop.product USING btree_index ((attributes ->>"
                + " 'color'::text)) WHERE attributes IS NOT NULL",
            "CREATE UNIQUE INDEX product_sku_live ON shop.product USING btree_index (sku) WHERE"
                + " deleted_at IS NULL");
    assertThat(
            Jdbc.column(
                admin,
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
                    + " WHERE conrelid = 'shop.order_line'::regclass AND contype = 'f'"
                    + " ORDER BY conname"))
        .containsExactly(
            "FOREIGN KEY (order_id) REFERENCES shop.orders(id) ON DELETE CASCADE DEFERRABLE"
                + " INITIALLY DEFERRED",
            "FOREIGN KEY (product_id) REFERENCES shop.product(id)");
  }

  @Test
  void columns_areSeenByAllTools() throws Exception {
    DatabaseMetaData data = admin.getMetaData();
    assertThat(names(data.getColumns(null, "Tenants", "document", "%"), "TYPE_NAME"))
        .isEqualTo(
            "\"Tenants\".\"tenant_key\" \"Tenants\".\"key\" \"Tenants\".\"key\" text text int4 int4");
    assertThat(names(data.getPrimaryKeys(null, "authz", "relation_tuple"), "COLUMN_NAME"))
        .contains("created_xid", "deleted_xid", "object_id");
    assertThat(names(data.getImportedKeys(null, "flow", "run"), "PKCOLUMN_NAME"))
        .isEqualTo("name version");
    assertThat(
            Jdbc.column(
                admin,
                "SELECT concat_ws(' ', column_name, data_type, domain_name, is_nullable, is_identity)"
                    + " FROM information_schema.columns"
                    + " WHERE table_schema = 'shop' AND table_name = 'product'"
                    + " AND column_name IN ('id', 'price', 'gross') ORDER BY ordinal_position"))
        .containsExactly("id bigint NO YES", "price numeric amount NO NO", "gross numeric YES NO");
    assertThat(
            Jdbc.value(
                admin,
                "SELECT pg_catalog.col_description('shop.product'::regclass, attnum)"
                    + " FROM pg_attribute WHERE attrelid = 'shop.product'::regclass"
                    + " AND attname = 'gross' AND attcompression = 'l'"))
        .isEqualTo("with tax");
    assertThat(
            Jdbc.value(
                admin,
                "SELECT string_agg(grantee || ' ' || privilege_type, ' ')"
                    + " FROM information_schema.table_privileges"
                    + " WHERE table_schema = 'Tenants' AND table_name = 'active'"
                    + " AND grantee <> 'admin'"))
        .isEqualTo("saas_reader SELECT");
    assertThat(
            Jdbc.value(
                admin,
                "SELECT view_definition FROM information_schema.views WHERE table_name = 'living'"))
        .contains("WITH RECURSIVE member");
  }

  @Test
  void rules_holdWhatTheyPromise() throws Exception {
    assertThat(Jdbc.value(admin, "SELECT gross FROM shop.product")).isEqualTo("11.90");
    assertThat(Jdbc.value(admin, "SELECT amount FROM \"Tenants\".usage")).isEqualTo("1.234568");
    assertThat(Jdbc.value(admin, "SELECT count(*) FROM authz.living")).isEqualTo("2");
    assertThat(Jdbc.value(admin, "SELECT authz.can('ann', 'member', 'staff')")).isEqualTo("t");
    assertRefused(
        "INSERT INTO shop.customer (email, name) VALUES ('ADA@example.com', 'x')", "23505");
    assertRefused("INSERT INTO shop.customer (email, name) VALUES ('nobody', 'x')", "23514");
    assertRefused("INSERT INTO \"Tenants\".tenant (id) VALUES ('ab')", "23514");
    assertRefused("INSERT INTO flow.run (definition, version) VALUES ('none', 1)", "23503");
    assertRefused("DELETE FROM flow.definition", "23503");
    assertRefused(
        "INSERT INTO authz.relation_tuple (namespace, object_id, relation, subject_namespace,"
            + " subject_id, created_xid) VALUES ('group', 'staff', 'member', 'user', 'ann', 2)",
        "23505");
    assertRefused("ALTER DOMAIN \"Tenants\".key SET NOT NULL", "0A000");
    assertRefused("CREATE INDEX ON shop.orders (status)", "0A000");
  }

  private static void assertRefused(String sql, String sqlState) {
    assertThatThrownBy(() -> Jdbc.executeAgain(admin, sql))
        .as(sql)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(sqlState));
  }

  private static String names(ResultSet result, String column) throws SQLException {
    List<String> names = new ArrayList<>();
    try (result) {
      while (result.next()) {
        names.add(result.getString(column));
      }
    }
    return String.join(" ", names);
  }
}
