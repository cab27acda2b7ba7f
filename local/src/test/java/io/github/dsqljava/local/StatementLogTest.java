package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What people see who look: a line for each statement, and the summary. */
class StatementLogTest {
  private final List<String> lines = new CopyOnWriteArrayList<>();

  @Test
  void eachStatement_isOneLine_asItHappens() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.builder().statementLog(lines::add).summary(true).start()) {
      try (Connection first = Jdbc.connect(cluster, "admin")) {
        Jdbc.executeAgain(first, "CREATE TABLE t (id int PRIMARY KEY,\n  v   text)");
        expect("CREATE TABLE t (id int PRIMARY KEY, v text)  -> CREATE TABLE");
        Jdbc.executeAgain(first, "INSERT INTO t VALUES (1, 'x')");
        assertThatThrownBy(() -> Jdbc.execute(first, "SELECT 1 / 0"))
            .isInstanceOf(SQLException.class);
        expect("SELECT 1 / 0  -> ERROR 22012 division by zero");
        assertThatThrownBy(() -> Jdbc.execute(first, "SAVEPOINT s"))
            .isInstanceOf(SQLException.class);
        expect("SAVEPOINT s  -> ERROR 0A000 unsupported transaction statement: SAVEPOINT");

        first.setAutoCommit(false);
        Jdbc.execute(first, "UPDATE t SET v = 'a'");
        try (Connection second = Jdbc.connect(cluster, "admin")) {
          Jdbc.execute(second, "UPDATE t SET v = 'b'");
        }
        expect("gives way to another session; COMMIT decides");
        expect("UPDATE t SET v = 'b'  -> UPDATE 1");
        assertThatThrownBy(first::commit).isInstanceOf(SQLException.class);
        expect("COMMIT  -> CONFLICT 40001 change conflicts with another transaction");
      }
      expect("disconnected");
      assertThat(lines)
          .allMatch(line -> line.matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} \\[\\d+ admin\\] .*"));
      assertThat(lines)
          .filteredOn(line -> line.contains("->"))
          .allMatch(line -> line.matches(".*\\] \\d+\\.\\d ms  .*"));
      assertThatThrownBy(() -> Jdbc.connect(cluster, "admin", "password=none"))
          .isInstanceOf(SQLException.class);
      assertThat(cluster.summary())
          .contains("Connections: 2; logins refused: 08006 x 1\n")
          .containsPattern(
              "Statements: \\d+; conflicts: \\d; transactions that gave way to another: 1\n")
          .containsPattern("Errors by SQLSTATE: .*22012 x 1")
          .containsPattern("Errors by SQLSTATE: .*40001 x \\d");
    }
  }

  @Test
  void text_isCutAndHoldsNoControlCharacters() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.builder().statementLog(lines::add).start();
        Connection connection = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(connection, "SELECT '\u001b[3\u202e1m" + "x".repeat(5000) + "'");
      expect("SELECT '?[3?1mxxx");
      assertThat(lines).allMatch(line -> line.length() < 400);
    }
  }

  /** Not even by the way: a session without its handler would have no rules. */
  @Test
  void whoeverTakesTheLinesAndFails_costsThemAndNothingElse() throws Exception {
    try (DsqlLocal cluster =
            DsqlLocal.builder()
                .statementLog(
                    line -> {
                      lines.add(line);
                      throw new StackOverflowError("of the one who takes lines");
                    })
                .start();
        Connection connection = Jdbc.connect(cluster, "admin")) {
      expect("connected");
      assertThatThrownBy(() -> Jdbc.execute(connection, "VACUUM"))
          .hasMessageContaining("unsupported VACUUM statement");
      Jdbc.execute(connection, "SELECT 1");
      expect("SELECT 1");
    }
  }

  /** The record is another thing, and goes by its own switch. */
  @Test
  void record_startedLater_hasNoOlderConnection() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.builder().statementLog(lines::add).start();
        Connection older = Jdbc.connect(cluster, "admin")) {
      cluster.record().start();
      Jdbc.execute(older, "SELECT 1");
      assertThat(cluster.record().statements()).isEmpty();
      assertThat(cluster.summary()).startsWith("Connections: 0; logins refused: none\n");
    }
  }

  private void expect(String text) throws Exception {
    Eventually.holds(
        "a line with " + text + " in " + lines,
        () -> lines.stream().anyMatch(line -> line.contains(text)));
  }
}
