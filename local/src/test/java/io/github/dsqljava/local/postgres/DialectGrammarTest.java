package io.github.dsqljava.local.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.dialect.Dialect;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * PostgreSQL's own parser reads the statements by which the dialect is tested, as the dialect has
 * rewritten them: neither lists nor rewriting hold what is no SQL.
 */
class DialectGrammarTest {
  /** Meant to be no SQL, or not what PostgreSQL's grammar takes. */
  private static final Set<String> NOT_PARSED =
      Set.of(
          "nonsense",
          "EXPLAIN EXPLAIN EXPLAIN",
          ")))) SELECT FOR SHARE",
          "BEGIN ISOLATION LEVEL",
          "TRUNCATE;",
          "CREATE TABLE t (a int, CHECK (a > 0) DEFERRABLE)");

  @Test
  void statements_afterRewriting_areParsedByPostgresql() throws Exception {
    Dialect dialect = Dialect.standard();
    Map<String, String> mistakes = new LinkedHashMap<>();
    try (PostgresServer server =
        PostgresServer.start(CacheDirectory.open(null), null, step -> {}, ServerAccount.detect())) {
      for (String sql : statements()) {
        String toRun = dialect.classify(sql).get(0).replacement().orElse(sql);
        String error = error(server, "SELECT 1 / 0; " + toRun);
        if (!error.contains("C22012")) {
          mistakes.put(sql, error);
        }
      }
    }

    assertThat(mistakes).containsOnlyKeys(NOT_PARSED);
  }

  /** The whole text is parsed before the division fails, and nothing behind it is run. */
  private static String error(PostgresServer server, String sql) {
    try {
      return "no error, but " + SocketQuery.run(server.socket(), sql);
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static List<String> statements() throws IOException {
    try (InputStream file = Dialect.class.getResourceAsStream("statements.txt")) {
      return new String(file.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> line.startsWith("- ") || line.startsWith("+ "))
          .map(line -> line.substring(2))
          .toList();
    }
  }
}
