package io.github.dsqljava.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Locale.ROOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.dialect.Dialect;
import io.github.dsqljava.local.dialect.Settings;
import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.frontend.RawClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plays the statements of {@code dialect/statements.txt} against a cluster. */
class DialectOnClusterTest {
  private static final String ABORTED =
      "25P02 current transaction is aborted, commands ignored until end of transaction block";

  private static final String ABORTED_ERROR = "E " + ABORTED;
  private static final String SECOND_DDL =
      "E 0A000 multiple ddl statements not supported in a transaction";
  private static final String MIXED =
      "E 0A000 ddl and dml are not supported in the same transaction";

  /** What PostgreSQL's grammar answers, whatever the state of the transaction is. */
  private static final Map<String, String> SYNTAX_FIRST =
      Map.of(
          "TRUNCATE;", "42601 syntax error at ", // pgjdbc may leave the semicolon out
          "CREATE TABLE t (a int, CHECK (a > 0) DEFERRABLE)",
              "0A000 CHECK constraints cannot be marked DEFERRABLE");

  /** Not to be run in a transaction. */
  private static final Set<String> ALONE =
      Set.of("ANALY", "CALL", "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT");

  private static DsqlLocal cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.builder().jobDelay(Duration.ZERO).start();
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      for (String sql : lines("on-cluster.txt", "= ")) {
        Jdbc.execute(admin, sql);
      }
      Jdbc.awaitJobs(admin);
    }
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void refusedStatements_areRefusedInTheWordsOfTheService(String mode) throws Exception {
    Map<String, String> refused = refused();
    Map<String, String> differences = new LinkedHashMap<>();
    try (Connection connection = connect(mode)) {
      for (Map.Entry<String, String> statement : refused.entrySet()) {
        String sql = statement.getKey();
        String answer = SYNTAX_FIRST.getOrDefault(sql, statement.getValue());
        String again = SYNTAX_FIRST.getOrDefault(sql, ABORTED);
        List<String> expected = List.of(answer, "ok", answer, again, ABORTED, "ok", "ok");
        List<String> steps = List.of(sql, "BEGIN", sql, sql, "SELECT 1", "ROLLBACK", "SELECT 1");
        for (int i = 0; i < steps.size(); i++) {
          String given = answer(connection, steps.get(i));
          boolean same =
              SYNTAX_FIRST.containsKey(sql)
                  ? given.startsWith(expected.get(i))
                  : given.equals(expected.get(i));
          if (!same) {
            differences.put(sql + " (step " + i + ")", given);
          }
        }
      }
    }
    assertThat(refused).hasSizeGreaterThan(200);
    assertThat(differences).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void acceptedStatements_areRun(String mode) throws Exception {
    Map<String, String> exceptions = exceptions();
    Map<String, String> differences = new LinkedHashMap<>();
    List<String> accepted = accepted();
    try (Connection connection = connect(mode)) {
      for (String sql : accepted) {
        boolean alone = ALONE.stream().anyMatch(sql::startsWith);
        if (!alone) {
          answer(connection, "BEGIN");
          answer(connection, "SET LOCAL search_path = " + schema(sql));
        }
        String answer = answer(connection, sql);
        answer(connection, "ROLLBACK");
        String expected = exceptions.getOrDefault(sql, "ok");
        if (!answer.startsWith(expected)) {
          differences.put(sql, answer);
        }
      }
    }
    assertThat(differences).isEmpty();
    assertThat(accepted).containsAll(exceptions.keySet());
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended", "extendedForPrepared"})
  void show_callsTheSettingByTheServicesName(String mode) throws Exception {
    try (Connection connection = connect(mode)) {
      for (String name : List.of("disable_sync_create_index", "enable_seqscan")) {
        try (var statement = connection.prepareStatement("SHOW " + name.toUpperCase(ROOT));
            var result = statement.executeQuery()) {
          assertThat(result.getMetaData().getColumnName(1)).isEqualTo(name);
          assertThat(result.next()).isTrue();
          assertThat(result.getString(1)).isEqualTo("on");
        }
      }
      String ours = "dsql.disable_sync_create_index";
      try (var statement = connection.prepareStatement("SELECT 1 AS \"" + ours + '"');
          var result = statement.executeQuery()) {
        assertThat(result.getMetaData().getColumnName(1)).isEqualTo(ours);
      }
    }
  }

  @Test
  void setConfig_setsWhatSetMaySet() throws Exception {
    Map<String, String> answers = new LinkedHashMap<>();
    Map<String, String> expected = new LinkedHashMap<>();
    try (Connection connection = connect("simple")) {
      List<String> names =
          Jdbc.column(
              connection,
              "SELECT name FROM pg_settings WHERE context = 'user'"
                  + " UNION VALUES ('x.y'), ('disable_sync_create_index'),"
                  + " ('dsql.enable_batched_nestloop')");
      for (String name : names) {
        String current = name.contains(".") || name.startsWith("disable") ? "'off'" : "setting";
        String from =
            current.equals("setting") ? " FROM pg_settings WHERE name = '" + name + "'" : "";
        answers.put(
            name,
            answer(connection, "SELECT set_config('" + name + "', " + current + ", true)" + from));
        expected.put(
            name,
            Settings.isAccepted(name)
                ? "ok"
                : "0A000 setting configuration parameter \"" + name + "\" not supported");
      }
    }
    assertThat(answers).isEqualTo(expected).containsValue("ok");
  }

  @Test
  void statementsOfOneQuery_areOneTransaction() throws Exception {
    try (RawClient client = loggedIn()) {
      assertThat(query(client, "CREATE TABLE x1 (); CREATE TABLE x2 ()"))
          .containsExactly("C CREATE TABLE", SECOND_DDL, "Z I");
      assertThat(query(client, "CREATE TABLE x1 (); INSERT INTO u VALUES (1); SELECT 1"))
          .containsExactly("C CREATE TABLE", MIXED, "Z I");
      assertThat(query(client, "INSERT INTO u VALUES (1); TRUNCATE u; SELECT 1"))
          .containsExactly("C INSERT 0 1", "E 0A000 unsupported statement: Truncate", "Z I");
      assertThat(query(client, "INSERT INTO u VALUES (1); TRUNCATE u, ; SELECT 1"))
          .containsExactly("E 42601 syntax error at or near \";\" at 39", "Z I");
      assertThat(query(client, "SELECT count(*) FROM u; SELECT to_regclass('x1') IS NULL"))
          .containsExactly("T", "D 0", "C SELECT 1", "T", "D t", "C SELECT 1", "Z I");
      assertThat(query(client, "BEGIN; CREATE TABLE x1 (); COMMIT; DROP TABLE x1"))
          .containsExactly("C BEGIN", "C CREATE TABLE", "C COMMIT", "C DROP TABLE", "Z I");
      assertThat(
              query(client, "INSERT INTO u VALUES (1); COMMIT; CREATE TABLE x1 (); DROP TABLE x1"))
          .contains("C INSERT 0 1", "C COMMIT", "C CREATE TABLE", SECOND_DDL, "Z I");
      assertThat(query(client, "DELETE FROM u; BEGIN; CREATE TABLE x1 ()"))
          .containsExactly("C DELETE 1", "C BEGIN", MIXED, "Z E");
      assertThat(query(client, "SAVEPOINT a; ROLLBACK")).containsExactly(ABORTED_ERROR, "Z E");
      assertThat(query(client, "ROLLBACK; TABLE u"))
          .containsExactly("C ROLLBACK", "T", "D 1|null", "C SELECT 1", "Z I");
      assertThat(query(client, "DELETE FROM u")).containsExactly("C DELETE 1", "Z I");
    }
  }

  @Test
  void statementsUpToSync_areOneTransaction() throws Exception {
    try (RawClient client = loggedIn()) {
      Pipeline mixed = new Pipeline().run("INSERT INTO u VALUES (1)").run("CREATE TABLE x1 ()");
      assertThat(answers(client, mixed.run("SELECT 1").sync(), 1))
          .containsExactly("1", "2", "C INSERT 0 1", "1", MIXED, "Z I");
      Pipeline refused = new Pipeline().run("INSERT INTO u VALUES (1)").run("TRUNCATE u");
      assertThat(answers(client, refused.run("SELECT 1").sync(), 1))
          .containsExactly(
              "1", "2", "C INSERT 0 1", "E 0A000 unsupported statement: Truncate", "Z I");
      assertThat(query(client, "TABLE u")).containsExactly("T", "C SELECT 0", "Z I");
      Pipeline syntax = new Pipeline().run("TRUNCATE u, ").sync();
      assertThat(answers(client, syntax, 1))
          .containsExactly("E 42601 syntax error at end of input at 13", "Z I");
      Pipeline several = new Pipeline().run("SELECT 1; TRUNCATE u").sync();
      assertThat(answers(client, several, 1))
          .containsExactly(
              "E 42601 cannot insert multiple commands into a prepared statement", "Z I");
    }
  }

  @Test
  void preparedStatement_isJudgedWhenItIsBound() throws Exception {
    try (RawClient client = loggedIn()) {
      Pipeline prepare =
          new Pipeline()
              .parse("insert", "INSERT INTO u VALUES (1)")
              .parse("create", "CREATE TABLE x1 ()")
              .parse("drop", "DROP TABLE x1")
              .sync();
      assertThat(answers(client, prepare, 1)).containsExactly("1", "1", "1", "Z I");
      assertThat(query(client, "BEGIN")).containsExactly("C BEGIN", "Z T");
      Pipeline create = new Pipeline().bind("", "create").execute("").sync();
      assertThat(answers(client, create, 1)).containsExactly("2", "C CREATE TABLE", "Z T");
      Pipeline insert = new Pipeline().bind("", "insert").execute("").sync();
      assertThat(answers(client, insert, 1)).containsExactly(MIXED, "Z E");
      assertThat(answers(client, insert, 1)).containsExactly(ABORTED_ERROR, "Z E");
      assertThat(query(client, "ROLLBACK")).containsExactly("C ROLLBACK", "Z I");
      Pipeline both = new Pipeline().bind("a", "create").bind("b", "insert");
      assertThat(answers(client, both.execute("b").execute("a").sync(), 1))
          .containsExactly("2", "2", "C INSERT 0 1", MIXED, "Z I");
      assertThat(query(client, "TABLE u")).containsExactly("T", "C SELECT 0", "Z I");
      // The name of a refused one was not taken, and others survive.
      assertThat(answers(client, new Pipeline().parse("lock", "LOCK u").sync(), 1))
          .containsExactly("E 0A000 unsupported statement: Lock", "Z I");
      Pipeline again = new Pipeline().parse("lock", "SELECT 1").bind("", "lock").execute("");
      assertThat(answers(client, again.sync(), 1))
          .containsExactly("1", "2", "D 1", "C SELECT 1", "Z I");
    }
  }

  @Test
  void pipelinedTransactions_areJudgedInTheirOrder() throws Exception {
    try (RawClient client = loggedIn()) {
      Pipeline flight = new Pipeline();
      String[] statements = {
        "BEGIN",
        "CREATE TABLE x1 ()",
        "INSERT INTO u VALUES (1)",
        "SAVEPOINT a",
        "ROLLBACK",
        "INSERT INTO u VALUES (1)",
        "CREATE TABLE x1 ()",
        "DROP TABLE x1",
        "BEGIN",
        "SELECT 1 / 0",
        "DROP TABLE u",
        "COMMIT",
        "DELETE FROM u"
      };
      for (String sql : statements) {
        flight.run(sql).sync();
      }
      assertThat(answers(client, flight, statements.length))
          .filteredOn(answer -> !answer.equals("1") && !answer.equals("2"))
          .containsExactly(
              "C BEGIN",
              "Z T",
              "C CREATE TABLE",
              "Z T",
              MIXED,
              "Z E",
              ABORTED_ERROR,
              "Z E",
              "C ROLLBACK",
              "Z I",
              "C INSERT 0 1",
              "Z I",
              "C CREATE TABLE",
              "Z I",
              "C DROP TABLE",
              "Z I",
              "C BEGIN",
              "Z T",
              "E 22012 division by zero",
              "Z E",
              ABORTED_ERROR,
              "Z E",
              "C ROLLBACK",
              "Z I",
              "C DELETE 1",
              "Z I");
    }
  }

  private static RawClient loggedIn() throws IOException {
    RawClient client =
        RawClient.direct(cluster.port(), cluster.caCertificate(), "localhost", "postgresql");
    client.login("admin", cluster.token("admin"));
    return client;
  }

  private static List<String> query(RawClient client, String sql) throws IOException {
    return answers(client, new Pipeline().query(sql), 1);
  }

  private static List<String> answers(RawClient client, Pipeline sent, int count)
      throws IOException {
    client.send(sent.bytes());
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      client.readUntilReady().forEach(message -> answers.add(text(message)));
    }
    return answers;
  }

  private static String text(WireMessage message) {
    return switch (message.type()) {
      case 'E' -> {
        String position = message.field('P').isEmpty() ? "" : " at " + message.field('P');
        yield "E " + message.field('C') + " " + message.field('M') + position;
      }
      case 'C' -> "C " + new String(message.body(), 0, message.body().length - 1, UTF_8);
      case 'Z' -> "Z " + (char) message.body()[0];
      case 'D' -> "D " + row(ByteBuffer.wrap(message.body()));
      default -> String.valueOf(message.type());
    };
  }

  private static String row(ByteBuffer body) {
    List<String> columns = new ArrayList<>();
    for (int left = body.getShort(); left > 0; left--) {
      int length = body.getInt();
      byte[] bytes = new byte[Math.max(0, length)];
      body.get(bytes);
      columns.add(length < 0 ? "null" : new String(bytes, UTF_8));
    }
    return String.join("|", columns);
  }

  private static Connection connect(String mode) throws SQLException {
    return Jdbc.connect(cluster, "admin", "preferQueryMode=" + mode);
  }

  private static String answer(Connection connection, String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
      return "ok";
    } catch (SQLException e) {
      return e.getSQLState()
          + " "
          + e.getMessage().lines().findFirst().orElse("").replaceFirst("^ERROR: ", "");
    }
  }

  private static Map<String, String> refused() throws IOException {
    Map<String, String> refused = new LinkedHashMap<>();
    String answer = "";
    for (String line : lines("statements.txt")) {
      if (line.startsWith("! ")) {
        answer = line.substring(2);
      } else if (line.startsWith("- ")) {
        refused.put(line.substring(2), answer);
      }
    }
    return refused;
  }

  private static List<String> accepted() throws IOException {
    return lines("statements.txt", "+ ");
  }

  /** How statements fail that this cluster cannot run, for a reason that is named there. */
  private static Map<String, String> exceptions() throws IOException {
    Map<String, String> exceptions = new LinkedHashMap<>();
    String failure = "";
    for (String line : lines("on-cluster.txt")) {
      if (line.startsWith("! ")) {
        failure = line.substring(2, line.indexOf(" -- "));
      } else if (line.startsWith("+ ") && exceptions.put(line.substring(2), failure) != null) {
        fail("twice: " + line);
      }
    }
    return exceptions;
  }

  private static String schema(String sql) throws IOException {
    String schema = "public";
    for (String line : lines("on-cluster.txt", "@ ")) {
      String[] parts = line.split(" ", 2);
      schema = sql.startsWith(parts[1]) ? parts[0] : schema;
    }
    return schema;
  }

  private static List<String> lines(String file, String prefix) throws IOException {
    return lines(file).stream()
        .filter(line -> line.startsWith(prefix))
        .map(line -> line.substring(prefix.length()))
        .toList();
  }

  private static List<String> lines(String file) throws IOException {
    try (InputStream in = Dialect.class.getResourceAsStream(file)) {
      return new String(in.readAllBytes(), UTF_8).lines().toList();
    }
  }
}
