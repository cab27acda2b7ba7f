package io.github.dsqljava.local.plans;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.dialect.Dialect;
import io.github.dsqljava.local.dialect.Statement;
import io.github.dsqljava.local.postgres.PlainServer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What is made of PostgreSQL's JSON is, without the turn into the service's form, what PostgreSQL
 * writes itself: in every format and with all options, for random queries.
 */
class PlanTextOracleTest {
  private static final long SEED = Long.getLong("dsql.seed", System.nanoTime());
  private static final int ROUNDS = Integer.getInteger("dsql.plans.rounds", 600);

  private static PlainServer server;
  private static Connection connection;

  private final Random random = new Random(SEED);
  private final Questions questions = new Questions(random);
  private final List<String> mistakes = new ArrayList<>();
  private final Dialect dialect = Dialect.standard();

  @BeforeAll
  static void start() throws Exception {
    server = PlainServer.start();
    connection = server.connect("postgres");
    try (java.sql.Statement statement = connection.createStatement()) {
      for (String sql : Questions.TABLES) {
        statement.execute(sql);
      }
      statement.execute("SET jit = off");
      statement.execute("SET compute_query_id = on");
    }
    connection.setAutoCommit(false);
  }

  @AfterAll
  static void stop() throws Exception {
    connection.close();
    server.close();
  }

  @Test
  void randomQueries_areWrittenAsPostgresqlWritesThem() throws Exception {
    for (int i = 0; i < ROUNDS && mistakes.size() < 5; i++) {
      boolean change = random.nextInt(6) == 0;
      List<String> settings = new ArrayList<>(questions.switches());
      boolean parallel = !change && random.nextInt(5) == 0;
      settings.add("SET LOCAL max_parallel_workers_per_gather = " + (parallel ? 2 : 0));
      if (parallel) {
        settings.add("SET LOCAL parallel_setup_cost = 0");
        settings.add("SET LOCAL min_parallel_table_scan_size = 0");
      }
      settings.add("SET LOCAL work_mem = '" + (random.nextBoolean() ? "64kB" : "4MB") + "'");
      String sql = change ? questions.change() : questions.query();
      boolean onlyPlan = parallel || change || sql.endsWith("FOR UPDATE");
      compare(settings, "EXPLAIN " + options(onlyPlan) + sql);
    }
    assertThat(mistakes).as("seed %d", SEED).isEmpty();
  }

  /** Times, and what workers do, are never the same twice; a change leaves its traces. */
  private String options(boolean onlyPlan) {
    if (random.nextInt(4) == 0) {
      return random.nextBoolean() ? "VERBOSE " : "";
    }
    List<String> options = new ArrayList<>();
    if (!onlyPlan && random.nextBoolean()) {
      options.add("ANALYZE");
      options.add("TIMING off");
      options.add("SUMMARY false");
      options.add("WAL");
      options.add("BUFFERS");
    }
    for (String option :
        List.of("VERBOSE", "Verbose off", "COSTS OFF", "SETTINGS", "verbose 'on'", "costs true")) {
      if (random.nextInt(5) == 0) {
        options.add(option);
      }
    }
    options.add(
        "FORMAT " + List.of("text", "TEXT", "json", "\"yaml\"", "'xml'").get(random.nextInt(5)));
    return "(" + String.join(", ", options) + ") ";
  }

  private void compare(List<String> settings, String sql) throws SQLException {
    try (java.sql.Statement statement = connection.createStatement()) {
      for (String setting : settings) {
        statement.execute(setting);
      }
      rows(statement, sql); // so that everything is read already
      List<String> expected = rows(statement, sql);
      expected.removeIf(PlanTextOracleTest::isLost);
      Statement read = dialect.classify(bytes(sql)).get(0);
      String json = String.join("", rows(statement, read.given()));
      List<String> actual = new Explained(read).rowsAsInPostgresql(bytes(json));
      if (!actual.equals(expected.stream().map(PlanTextOracleTest::bytes).toList())) {
        mistakes.add(
            "%s; %s\n%s\n-- but was\n%s\n"
                .formatted(settings, sql, String.join("\n", expected), String.join("\n", actual)));
      }
    } finally {
      connection.rollback();
    }
  }

  /** JSON has the average only, and text has it if it comes from any row. */
  private static boolean isLost(String line) {
    return line.strip().startsWith("Rows Removed by ") && line.endsWith(": 0");
  }

  /** Text of messages has one character for each byte. */
  private static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static List<String> rows(java.sql.Statement statement, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        rows.add(result.getString(1));
      }
    }
    return rows;
  }
}
