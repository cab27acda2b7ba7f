package io.github.dsqljava.local.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Any text gives tokens that tile it, and everything built on them survives it.
 *
 * <p>{@code -Ddsql.fuzz.rounds} makes it longer, {@code -Ddsql.fuzz.seed} repeats or varies it; a
 * failure prints both.
 */
class SqlScannerFuzzTest {
  private static final long SEED = Long.getLong("dsql.fuzz.seed", 20261123);
  private static final int ROUNDS = Integer.getInteger("dsql.fuzz.rounds", 20_000);

  private static final List<String> FRAGMENTS =
      List.of(
          "'",
          "''",
          "\"",
          "\"\"",
          "$$",
          "$a$",
          "$a",
          "$1",
          "E'",
          "U&'",
          "U&\"",
          "B'",
          "X'",
          "N'",
          "\\",
          "\\'",
          "\\u12",
          "\\x41",
          "--",
          "/*",
          "*/",
          "\n",
          " ",
          "\t",
          ";",
          "(",
          ")",
          "[",
          "]",
          ",",
          ".",
          "..",
          ":",
          "::",
          ":=",
          "=",
          "+",
          "-",
          "*",
          "/",
          "<>",
          "@-",
          "|",
          "1",
          "1.5",
          "1e",
          "0x",
          "_",
          "a",
          "ä",
          "\uD83D",
          "\uDE00",
          "\0",
          "AWS",
          " IAM ",
          "GRANT ",
          "REVOKE ",
          "role",
          " TO ",
          " FROM ",
          "'arn'",
          "BEGIN",
          " ISOLATION LEVEL ",
          "SERIALIZABLE",
          "READ",
          " COMMITTED",
          "REPEATABLE READ",
          "SET ",
          "SESSION ",
          "LOCAL ",
          "TRANSACTION ",
          "CHARACTERISTICS AS ",
          "default_transaction_isolation",
          "RESET ",
          "ALTER ROLE ",
          "IN DATABASE ",
          "CREATE ",
          "FUNCTION ",
          "BEGIN ATOMIC ",
          "CASE ",
          "END ",
          "SELECT 1",
          "START ");

  private static final List<String> STATEMENTS =
      List.of(
          "AWS IAM GRANT \"My \"\"Role\" TO E'arn:\\u0061\\x77s\\163' -- end",
          "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY; SELECT $$;$$; COMMIT",
          "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE",
          "ALTER ROLE r IN DATABASE d SET default_transaction_isolation = 'serializable'",
          "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN 1 = 1.5e-3"
              + " THEN 2 ELSE 0x1F END AS \"end\"; SELECT /* a /* b */ */ t.end; END; RESET ALL",
          "SELECT 'a' -- x\n 'b', U&'\\0061' UESCAPE '!', b'01' @- $1::int[1:2]");

  @Test
  void scan_randomFragments_tilesTheText() {
    var random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      var sql = new StringBuilder();
      int count = random.nextInt(30);
      for (int i = 0; i < count; i++) {
        sql.append(FRAGMENTS.get(random.nextInt(FRAGMENTS.size())));
      }
      check(sql.toString(), "seed " + SEED + ", round " + round);
    }
  }

  @Test
  void scan_randomCharacters_tilesTheText() {
    var random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      var sql = new StringBuilder();
      int count = random.nextInt(60);
      for (int i = 0; i < count; i++) {
        int limit = random.nextInt(10) == 0 ? 0x10000 : 0x80;
        sql.append((char) random.nextInt(limit));
      }
      check(sql.toString(), "seed " + SEED + ", round " + round);
    }
  }

  @Test
  void scan_everyPrefixAndSuffix_tilesTheText() {
    for (String statement : STATEMENTS) {
      for (int i = 0; i <= statement.length(); i++) {
        check(statement.substring(0, i), "prefix of " + i);
        check(statement.substring(i), "suffix from " + i);
      }
    }
  }

  private void check(String sql, String description) {
    int position = 0;
    List<SqlToken> tokens = SqlScanner.tokens(sql);
    for (SqlToken token : tokens) {
      String where = description + ": " + sql;
      assertThat(token.start()).as(where).isGreaterThanOrEqualTo(position);
      assertThat(token.end()).as(where).isGreaterThan(token.start());
      assertOnlyWhitespace(sql, position, token.start(), where);
      if (token.kind() == SqlToken.Kind.UNTERMINATED) {
        assertThat(token.end()).as(where).isEqualTo(sql.length());
      }
      // Must not throw, whatever they find.
      assertThat(SqlNames.nameOf(token)).as(where).isNotNull();
      assertThat(SqlStrings.valueOf(token)).as(where).isNotNull();
      assertThat(SqlUnicode.valueOf(token, '\\')).as(where).isNotNull();
      position = token.end();
    }
    assertOnlyWhitespace(sql, position, sql.length(), description);
    checkStatements(sql, tokens, description);
  }

  private void checkStatements(String sql, List<SqlToken> tokens, String description) {
    Iterator<SqlToken> ofStatements =
        SqlStatements.split(sql).stream().flatMap(SqlScannerFuzzTest::tokens).iterator();
    SqlToken next = ofStatements.hasNext() ? ofStatements.next() : null;
    for (SqlToken token : tokens) {
      if (token.equals(next)) {
        next = ofStatements.hasNext() ? ofStatements.next() : null;
      } else {
        assertThat(token.kind())
            .as(description + ": " + sql)
            .isIn(SqlToken.Kind.COMMENT, SqlToken.Kind.SEMICOLON);
      }
    }
    assertThat(next).as(description + ": " + sql).isNull();
  }

  private static void assertOnlyWhitespace(String sql, int from, int to, String description) {
    for (int i = from; i < to; i++) {
      assertThat(" \t\n\r\f").as(description).contains(String.valueOf(sql.charAt(i)));
    }
  }

  private static Stream<SqlToken> tokens(SqlStatement statement) {
    return IntStream.range(0, statement.size()).mapToObj(statement::token);
  }
}
