package io.github.dsqljava.local.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Any text is classified without an exception and in linear time, and what is rewritten stays
 * within its statement.
 *
 * <p>{@code -Ddsql.fuzz.rounds} makes it longer, {@code -Ddsql.fuzz.seed} repeats or varies it; a
 * failure prints both.
 */
class DialectFuzzTest {
  private static final long SEED = Long.getLong("dsql.fuzz.seed", 20261123);
  private static final int ROUNDS = Integer.getInteger("dsql.fuzz.rounds", 20_000);

  private final Dialect dialect = Dialect.standard();

  @Test
  void classify_mixedPiecesOfStatements_survives() throws IOException {
    List<String> pieces = pieces();
    List<String> statements = statements();
    var random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      // A true beginning, so that the rules for its kind of statement meet the rest.
      String statement = statements.get(random.nextInt(statements.size()));
      var sql = new StringBuilder(statement.substring(0, random.nextInt(statement.length() + 1)));
      int count = random.nextInt(12);
      for (int i = 0; i < count; i++) {
        sql.append(pieces.get(random.nextInt(pieces.size())));
        sql.append(random.nextInt(8) == 0 ? "" : " ");
      }
      check(sql.toString(), "seed " + SEED + ", round " + round);
    }
  }

  @Test
  void classify_damagedStatements_survives() throws IOException {
    List<String> statements = statements();
    var random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      var sql = new StringBuilder(statements.get(random.nextInt(statements.size())));
      for (int i = random.nextInt(4); i > 0 && sql.length() > 1; i--) {
        int at = random.nextInt(sql.length());
        switch (random.nextInt(3)) {
          case 0 -> sql.deleteCharAt(at);
          case 1 -> sql.insert(at, (char) random.nextInt(0x80));
          default -> sql.setLength(at);
        }
      }
      check(sql.toString(), "seed " + SEED + ", round " + round);
    }
  }

  @Test
  void classify_everyPrefix_survives() throws IOException {
    for (String statement : statements()) {
      for (int i = 0; i <= statement.length(); i++) {
        check(statement.substring(0, i), "prefix of " + i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(",
        "EXPLAIN ",
        "COPY (",
        "WITH a AS (",
        "WITH a AS (DELETE ",
        "SELECT FOR UPDATE OF a, ",
        "SELECT 1 FOR UPDATE NOWAIT ",
        "CREATE ",
        "CREATE TABLE t (",
        "CREATE TABLE t (a int UNIQUE, ",
        "CREATE INDEX ASYNC ON t (a, ",
        "ALTER TABLE t ADD a int, ",
        "GRANT ON SCHEMA a, ",
        "DROP DOMAIN a, ",
        "SET a.",
        "SET U&\"a\" UESCAPE ",
        "ANALYZE (",
        "ALTER x RENAME ",
        "TABLESAMPLE ",
        "INTO ",
        "pg_advisory_lock(",
        "CREATE OR REPLACE ",
        "BEGIN READ ONLY, "
      })
  void classify_longText_takesLinearTime(String piece) {
    // Once at the start of a text, and repeated behind the first words of a query.
    String sql = piece.repeat(1_000_000 / piece.length());

    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          assertThat(dialect.classify(sql)).isNotNull();
          assertThat(dialect.classify("SELECT 1 " + sql)).isNotNull();
        },
        "not linear for " + piece);
  }

  private void check(String sql, String description) {
    String where = description + ": " + sql;
    List<Statement> classified;
    try {
      classified = dialect.classify(sql);
    } catch (RuntimeException | StackOverflowError e) {
      throw new AssertionError(where, e);
    }
    int position = 0;
    for (Statement statement : classified) {
      assertThat(statement.start()).as(where).isGreaterThanOrEqualTo(position);
      assertThat(statement.end()).as(where).isBetween(statement.start() + 1, sql.length());
      position = statement.end();
      Optional<String> rewritten = statement.replacement();
      if (rewritten.isPresent()) {
        checkRewritten(statement, rewritten.get(), sql, where);
      }
    }
    var rules = new TransactionRules();
    for (Statement statement : classified) {
      assertThat(rules.refusal(statement)).as(where).isNotNull();
      rules.succeeded(statement);
    }
  }

  private void checkRewritten(Statement statement, String rewritten, String sql, String where) {
    String original = sql.substring(statement.start(), statement.end());
    assertThat(rewritten).as(where).isNotEqualTo(original);
    boolean mayGrow =
        statement.async() == AsyncForm.VALIDATE_CONSTRAINT
            || statement.node().equals("IamGrant")
            || original.toUpperCase(Locale.ROOT).contains("TRIGGER"); // ALL becomes USER
    if (statement.statementClass() != StatementClass.SETTING && !mayGrow) {
      int inserted = statement.explanation().map(Explanation::inserted).orElse(0);
      assertThat(rewritten).as(where).hasSize(original.length() + inserted);
    }
  }

  /** The words of the statements, so that they meet in new orders. */
  private static List<String> pieces() throws IOException {
    return statements().stream()
        .flatMap(statement -> List.of(statement.split(" ")).stream())
        .toList();
  }

  private static List<String> statements() throws IOException {
    try (InputStream file = DialectFuzzTest.class.getResourceAsStream("statements.txt")) {
      return new String(file.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> line.startsWith("- ") || line.startsWith("+ "))
          .map(line -> line.substring(2))
          .toList();
    }
  }
}
