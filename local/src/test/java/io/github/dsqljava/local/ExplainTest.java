package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.postgres.PlainServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/** Plans in the service's form: reference section 9, "EXPLAIN". */
@ParameterizedClass
@ValueSource(strings = {"simple", "extended"})
class ExplainTest {
  private static DsqlLocal cluster;

  @Parameter String protocol;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.builder().jobDelay(Duration.ZERO).start();
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          admin,
          "CREATE SCHEMA s1",
          "CREATE SCHEMA s2",
          "CREATE TABLE t (id int PRIMARY KEY, v int, name varchar(20))",
          "CREATE TABLE u (id int PRIMARY KEY, t_id int REFERENCES t)",
          "CREATE TABLE s1.x (id int PRIMARY KEY, v int)",
          "CREATE TABLE s2.x (id int PRIMARY KEY, v int)",
          "INSERT INTO t SELECT i, i % 900, 'n' || i FROM generate_series(1, 2000) i",
          "INSERT INTO u SELECT i, i FROM generate_series(1, 2000) i",
          "INSERT INTO s1.x VALUES (1, 1)",
          "INSERT INTO s2.x VALUES (1, 1)",
          "CREATE INDEX ASYNC t_v ON t (v)");
      Jdbc.awaitJobs(admin);
      Jdbc.execute(admin, "ANALYZE t", "ANALYZE u");
    }
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private Connection connect() throws SQLException {
    return Jdbc.connect(cluster, "admin", "preferQueryMode=" + protocol);
  }

  private List<String> plan(String explain) throws SQLException {
    try (Connection connection = connect()) {
      return Jdbc.column(connection, explain);
    }
  }

  /** The same without bitmaps, of which nobody knows whether the service has them. */
  private List<String> planByIndex(String explain) throws SQLException {
    try (Connection connection = connect()) {
      Jdbc.execute(connection, "SET enable_bitmapscan = off", "SET enable_seqscan = off");
      return Jdbc.column(connection, explain);
    }
  }

  @Test
  void fullScan_readsTheTable_andLetsTheStorageFilter() throws Exception {
    assertThat(plan("EXPLAIN SELECT id FROM t AS x WHERE name = 'n1' OR v IS NULL"))
        .containsExactly(
            "Full Scan (btree-table) on public.t x  (cost=0.00..36.00 rows=1 width=4)",
            "  -> Storage Scan on t  (cost=0.00..36.00 rows=1 width=4 loops=1)",
            "      Projections: id",
            "      Filters: (((name)::text = 'n1'::text) OR (v IS NULL))",
            "      -> B-Tree Scan on t  (cost=0.00..36.00 loops=1)");
    assertThat(plan("EXPLAIN (COSTS off) SELECT id FROM t WHERE upper(name) = 'N1'"))
        .containsExactly(
            "Full Scan (btree-table) on public.t",
            "  Filter: (upper((name)::text) = 'N1'::text)",
            "  -> Storage Scan on t",
            "      Projections: id, name",
            "      -> B-Tree Scan on t");
  }

  @Test
  void primaryKey_isReadWithoutLookup() throws Exception {
    assertThat(plan("EXPLAIN SELECT name FROM t WHERE id = 5"))
        .containsExactly(
            "Index Only Scan using t_pkey on t  (cost=0.28..8.29 rows=1 width=5)",
            "  Index Cond: (id = 5)",
            "  -> Storage Scan on t_pkey  (cost=0.28..8.29 rows=1 width=5 loops=1)",
            "      Projections: name",
            "      -> B-Tree Scan on t_pkey  (cost=0.28..8.29 rows=1 width=5 loops=1)",
            "          Index Cond: (id = 5)");
  }

  @Test
  void index_isReadWithALookup_unlessItHasAllColumns() throws Exception {
    assertThat(planByIndex("EXPLAIN (COSTS off) SELECT name FROM t WHERE v = 7 AND name > 'a'"))
        .containsExactly(
            "Index Scan using t_v on t",
            "  Index Cond: (v = 7)",
            "  -> Storage Scan on t_v",
            "      -> B-Tree Scan on t_v",
            "          Index Cond: (v = 7)",
            "  -> Storage Lookup on t",
            "      Projections: name",
            "      Filters: ((name)::text > 'a'::text)",
            "      -> B-Tree Lookup on t");
    assertThat(planByIndex("EXPLAIN (COSTS off) SELECT v FROM t WHERE v = 7"))
        .containsExactly(
            "Index Only Scan using t_v on t",
            "  Index Cond: (v = 7)",
            "  -> Storage Scan on t_v",
            "      Projections: v",
            "      -> B-Tree Scan on t_v",
            "          Index Cond: (v = 7)");
  }

  @Test
  void joinThatLooksUpRows_isBatched() throws Exception {
    assertThat(
            plan("EXPLAIN (COSTS off) SELECT t.name FROM u JOIN t ON t.id = u.t_id WHERE u.id < 4"))
        .containsExactly(
            "Nested Loop (Batched Join)",
            "  Recheck Cond: (t.id = u.t_id)",
            "  ->  Index Only Scan using u_pkey on u",
            "        Index Cond: (id < 4)",
            "        -> Storage Scan on u_pkey",
            "            Projections: t_id",
            "            -> B-Tree Scan on u_pkey",
            "                Index Cond: (id < 4)",
            "  ->  Index Only Scan using t_pkey on t",
            "        Index Cond: (id = u.t_id)",
            "        -> Storage Scan on t_pkey",
            "            Projections: id, name",
            "            -> B-Tree Scan on t_pkey",
            "                Index Cond: (id = u.t_id)");
    assertThat(
            plan(
                "EXPLAIN (COSTS off) SELECT t.name FROM u LEFT JOIN t ON t.id = u.t_id WHERE u.id < 4"))
        .startsWith("Nested Loop Left Join");
  }

  @Test
  void analyze_runsTheStatement_andTellsNothingOfTriggers() throws Exception {
    try (Connection connection = connect()) {
      List<String> plan =
          Jdbc.column(
              connection,
              "EXPLAIN (ANALYZE, TIMING off, BUFFERS) INSERT INTO u VALUES (9000, 1) RETURNING id");
      assertThat(plan.get(0)).startsWith("Insert on u  (cost=").endsWith("(actual rows=1 loops=1)");
      assertThat(plan.get(plan.size() - 1)).startsWith("Execution Time: ");
      assertThat(plan).noneMatch(line -> line.contains("Trigger"));
      assertThat(Jdbc.value(connection, "SELECT t_id FROM u WHERE id = 9000")).isEqualTo("1");
      assertThat(
              Jdbc.value(
                  connection,
                  "EXPLAIN (ANALYZE, FORMAT JSON) INSERT INTO u VALUES (9001, 1) ON CONFLICT DO NOTHING"))
          .contains("\"Triggers\": [\n    ]", "\"Conflict Resolution\": \"NOTHING\"");
      Jdbc.execute(connection, "DELETE FROM u WHERE id >= 9000");
    }
    assertThat(plan("EXPLAIN ANALYZE SELECT * FROM t WHERE id = 3"))
        .anyMatch(
            line ->
                line.matches(
                    " +-> B-Tree Scan on t_pkey {2}\\(cost=\\S+ rows=1 width=\\d+ loops=1\\)"));
  }

  @Test
  void analyzeVerbose_endsWithIdentifierAndTimes_andNoDpu() throws Exception {
    List<String> plan = plan("EXPLAIN ANALYZE VERBOSE SELECT id FROM t WHERE id = 3");
    assertThat(plan.subList(plan.size() - 3, plan.size()))
        .satisfiesExactly(
            line -> assertThat(line).matches("Query Identifier: -?\\d+"),
            line -> assertThat(line).matches("Planning Time: \\d+\\.\\d{3} ms"),
            line -> assertThat(line).matches("Execution Time: \\d+\\.\\d{3} ms"));
    assertThat(plan).contains("  Output: id", "  Index Cond: (t.id = 3)");
  }

  @Test
  void dpuEstimate_isThereIfAskedFor_andSaysWhoseItIs() throws Exception {
    try (DsqlLocal other = DsqlLocal.builder().explainDpuEstimate(true).start();
        Connection connection = Jdbc.connect(other, "admin", "preferQueryMode=" + protocol)) {
      List<String> plan = Jdbc.column(connection, "EXPLAIN ANALYZE VERBOSE SELECT 1");
      assertThat(plan.subList(plan.size() - 6, plan.size()))
          .satisfiesExactly(
              line -> assertThat(line).isEqualTo("Statement DPU Estimate:"),
              line -> assertThat(line).matches("  Compute: \\d\\.\\d{5} DPU"),
              line -> assertThat(line).matches("  Read: \\d\\.\\d{5} DPU"),
              line -> assertThat(line).matches("  Write: \\d\\.\\d{5} DPU"),
              line -> assertThat(line).matches("  Total: \\d\\.\\d{5} DPU"),
              line -> assertThat(line).contains("made up by dsql-local"));
      for (String without : List.of("EXPLAIN VERBOSE SELECT 1", "EXPLAIN ANALYZE SELECT 1")) {
        assertThat(Jdbc.column(connection, without)).noneMatch(line -> line.contains("DPU"));
      }
    }
  }

  @Test
  void json_isReadByToolsAsPostgresqls() throws Exception {
    try (Connection connection = connect()) {
      String json;
      try (Statement statement = connection.createStatement();
          ResultSet rows =
              statement.executeQuery(
                  "EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM t WHERE id = 5")) {
        assertThat(rows.getMetaData().getColumnName(1)).isEqualTo("QUERY PLAN");
        assertThat(rows.getMetaData().getColumnTypeName(1)).isEqualTo("json");
        assertThat(rows.next()).isTrue();
        json = rows.getString(1);
        assertThat(rows.next()).isFalse();
      }
      String plan = "SELECT ('" + json.replace("'", "''") + "'::jsonb #>> '{0,";
      assertThat(Jdbc.value(connection, plan + "Plan,Node Type}')")).isEqualTo("Index Only Scan");
      assertThat(Jdbc.value(connection, plan + "Plan,Actual Rows}')")).isEqualTo("1");
      assertThat(Jdbc.value(connection, plan + "Plan,Plans,0,Node Type}')"))
          .isEqualTo("Storage Scan");
      assertThat(Jdbc.value(connection, plan + "Plan,Plans,0,Plans,0,Index Cond}')"))
          .isEqualTo("(id = 5)");
      assertThat(Jdbc.value(connection, plan + "Execution Time}')")).isNotEmpty();
    }
  }

  @Test
  void otherFormats_haveTheSameNodes() throws Exception {
    assertThat(plan("EXPLAIN (FORMAT YAML) SELECT * FROM t"))
        .singleElement()
        .asString()
        .contains(
            "- Plan: \n    Node Type: \"Full Scan (btree-table)\"", "Node Type: \"B-Tree Scan\"");
    assertThat(plan("EXPLAIN (FORMAT xml) SELECT * FROM t"))
        .singleElement()
        .asString()
        .contains("<Node-Type>Full Scan (btree-table)</Node-Type>", "<Item>name</Item>");
  }

  @Test
  void parameters_areShownAsPostgresqlDoes() throws Exception {
    try (Connection connection = connect();
        PreparedStatement prepared =
            connection.prepareStatement("EXPLAIN (COSTS off) SELECT v FROM t WHERE id = ?")) {
      for (int i = 1;
          i < 9;
          i++) { // pgjdbc names it, asks for binary results and describes it once
        prepared.setInt(1, i);
        try (ResultSet rows = prepared.executeQuery()) {
          List<String> lines = new ArrayList<>();
          while (rows.next()) {
            lines.add(rows.getString(1));
          }
          assertThat(lines).hasSize(6).startsWith("Index Only Scan using t_pkey on t");
        }
      }
    }
  }

  /** Places of mistakes are those in the client's text. */
  @Test
  void mistakes_areTold_asIfPostgresqlHadReadTheClientsText() throws Exception {
    try (PlainServer server = PlainServer.start();
        Connection plain = server.connect("postgres", "preferQueryMode=" + protocol);
        Connection connection = connect()) {
      Jdbc.execute(plain, "CREATE TABLE t (id int PRIMARY KEY, v int, name varchar(20))");
      for (String wrong :
          List.of(
              "EXPLAIN SELECT nothing FROM t",
              "EXPLAIN /* \u00e9\u20ac */ SELECT '\u00e9', nothing FROM t",
              "EXPLAIN ANALYZE /* a */ VERBOSE SELECT nothing FROM t",
              "EXPLAIN (COSTS off, FORMAT JSON) SELECT nothing FROM t",
              "EXPLAIN (COSTS off, FORMAT what) SELECT 1",
              "EXPLAIN (COSTS off, TEMPERATURE) SELECT 1",
              "EXPLAIN (VERBOSE perhaps) SELECT 1",
              "EXPLAIN (WAL) SELECT 1",
              "EXPLAIN (ANALYZE, GENERIC_PLAN) SELECT 1",
              "EXPLAIN () SELECT 1",
              "EXPLAIN (ANALYZE, ) SELECT 1",
              "EXPLAIN (ANALYZE SELECT 1",
              "EXPLAIN",
              "EXPLAIN ANALYZE",
              "EXPLAIN VERBOSE ANALYZE SELECT 1",
              "EXPLAIN EXPLAIN SELECT 1",
              "EXPLAIN SELECT 1 FROM",
              "EXPLAIN SELEC 1",
              "EXPLAIN (SELECT nothing FROM t)",
              "EXPLAIN ANALYZE SELECT 1 / (v - v) FROM generate_series(1, 2) v")) {
        assertThat(mistake(connection, wrong)).as(wrong).isEqualTo(mistake(plain, wrong));
      }
      if (protocol.equals("simple")) {
        String several =
            "SELECT 1; EXPLAIN SELECT 2; EXPLAIN VERBOSE SELECT 3, nothing FROM t; SELECT 4";
        assertThat(mistake(connection, several)).isEqualTo(mistake(plain, several));
        String syntax = "BEGIN; EXPLAIN SELECT 1; COMMIT; EXPLAIN SELECT FROM FROM";
        assertThat(mistake(connection, syntax)).isEqualTo(mistake(plain, syntax));
      }
    }
  }

  private static String mistake(Connection connection, String sql) {
    try {
      Jdbc.execute(connection, sql);
      return "none";
    } catch (PSQLException e) {
      return e.getServerErrorMessage() == null
          ? e.getMessage()
          : e.getSQLState()
              + " "
              + e.getServerErrorMessage().getMessage()
              + " at "
              + e.getServerErrorMessage().getPosition();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void severalInOneString_areAnsweredOneByOne() throws Exception {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("EXPLAIN (COSTS off) SELECT 1; SELECT 2; EXPLAIN (FORMAT YAML) SELECT 3");
      List<String> answers = new ArrayList<>();
      do {
        ResultSet rows = statement.getResultSet();
        assertThat(rows.next()).isTrue();
        answers.add(rows.getString(1).lines().findFirst().orElseThrow());
      } while (statement.getMoreResults());
      assertThat(answers).containsExactly("Result", "2", "- Plan: ");
    }
  }

  /** A transaction that has given way runs on temporary tables. */
  @Test
  void transactionOffTheTables_seesTheNamesOfTheTables() throws Exception {
    try (Connection a = connect();
        Connection b = connect()) {
      a.setAutoCommit(false);
      b.setAutoCommit(false);
      Jdbc.execute(a, "UPDATE t SET v = -1 WHERE id = 1");
      Jdbc.execute(b, "UPDATE t SET v = -2 WHERE id = 1");
      b.rollback();
      Jdbc.execute(a, "SET LOCAL enable_seqscan = off", "SET LOCAL enable_bitmapscan = off");
      for (String explain :
          List.of(
              "EXPLAIN (ANALYZE, VERBOSE, BUFFERS) SELECT * FROM t WHERE id < 5",
              "EXPLAIN (VERBOSE) SELECT s1.x.v, s2.x.id FROM s1.x JOIN s2.x ON s1.x.id = s2.x.id",
              "EXPLAIN SELECT max(v) FROM s1.x WHERE v > 3 GROUP BY id",
              "EXPLAIN INSERT INTO s2.x VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET v = 3",
              "EXPLAIN (FORMAT JSON, VERBOSE) SELECT * FROM s2.x WHERE id = 3")) {
        String plan = String.join("\n", Jdbc.column(a, explain));
        assertThat(plan).as(explain).doesNotContain("pg_temp", "$", "local hit");
        assertThat(plan).as(explain).containsPattern("t_pkey|x_pkey");
      }
      assertThat(Jdbc.column(a, "EXPLAIN (COSTS off) SELECT v FROM s2.x AS y WHERE id = 3"))
          .containsExactly(
              "Index Only Scan using x_pkey on x y",
              "  Index Cond: (id = 3)",
              "  -> Storage Scan on x_pkey",
              "      Projections: v",
              "      -> B-Tree Scan on x_pkey",
              "          Index Cond: (id = 3)");
      a.rollback();
    }
  }

  @Test
  void catalogs_showNothingOfOurs() throws Exception {
    for (String query :
        List.of(
            "SELECT * FROM pg_namespace",
            "SELECT * FROM pg_am JOIN pg_class ON pg_am.oid = relam",
            "SELECT * FROM pg_event_trigger",
            "SELECT pg_get_indexdef(indexrelid) FROM pg_index",
            "SELECT * FROM sys.jobs WHERE status = 'failed'",
            "SELECT * FROM sys.iam_pg_role_mappings",
            "SELECT * FROM information_schema.tables")) {
      for (String format : List.of("TEXT", "JSON", "XML", "YAML")) {
        assertThat(plan("EXPLAIN (VERBOSE, ANALYZE, SETTINGS, FORMAT " + format + ") " + query))
            .as(query)
            .noneMatch(
                line -> line.contains("dsql") || line.contains("occ_") || line.contains("jit"));
      }
    }
  }
}
