package io.github.dsqljava.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.github.dsqljava.local.dialect.Dialect;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plays the statements of {@code dialect/statements.txt} against a cluster. */
class DialectOnClusterTest {
  private static final String ABORTED =
      "25P02 current transaction is aborted, commands ignored until end of transaction block";

  /** Answered by PostgreSQL's grammar before anybody asks the rules. */
  private static final Map<String, String> SYNTAX_FIRST =
      Map.of("TRUNCATE;", "42601 syntax error at or near \";\"");

  private static DsqlLocal cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      for (String sql : lines("on-cluster.txt", "= ")) {
        Jdbc.execute(admin, sql);
      }
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
        List<String> answers = new ArrayList<>();
        for (String step : List.of(sql, "BEGIN", sql, sql, "SELECT 1", "ROLLBACK", "SELECT 1")) {
          answers.add(answer(connection, step));
        }
        if (!answers.equals(expected)) {
          differences.put(sql, expected + " but " + answers);
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

  /** Not to be run in a transaction. */
  private static final Set<String> ALONE =
      Set.of("ANALY", "CALL", "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT");

  private static Connection connect(String mode) throws SQLException {
    return Jdbc.connect(cluster, "admin", "preferQueryMode=" + mode);
  }

  private static String answer(Connection connection, String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
      return "ok";
    } catch (SQLException e) {
      return e.getSQLState() + " " + e.getMessage().lines().findFirst().orElse("").replaceFirst("^ERROR: ", "");
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

  /** SQLSTATEs of the statements that this cluster cannot run, for a reason that is named there. */
  private static Map<String, String> exceptions() throws IOException {
    Map<String, String> exceptions = new LinkedHashMap<>();
    String sqlState = "";
    for (String line : lines("on-cluster.txt")) {
      if (line.startsWith("! ")) {
        sqlState = line.substring(2, 7);
      } else if (line.startsWith("+ ") && exceptions.put(line.substring(2), sqlState) != null) {
        fail("twice: " + line);
      }
    }
    return exceptions;
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
