package io.github.dsqljava.local.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What one pass over a text tells of its statements. */
class StatementTraitsTest {
  private final Dialect dialect = Dialect.standard();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT 1                                              | ``",
        "SELECT * FROM t FOR UPDATE OF t                       | LOCKS_ROWS",
        "SELECT * FROM t FOR /* x */ key share                 | LOCKS_ROWS SHARES_KEYS",
        "SELECT 'FOR UPDATE', substring(a FOR 2) FROM \"for\" | ``",
        "UPDATE t SET v = 1                                    | CHANGES_ROWS",
        "WITH x AS (DELETE FROM t RETURNING 1) SELECT * FROM x | CHANGES_ROWS",
        "COPY t FROM STDIN                                     | CHANGES_ROWS",
        "COPY t (a, b) FROM STDIN WITH (FORMAT csv)            | CHANGES_ROWS",
        "COPY t TO STDOUT                                      | ``",
        "CREATE TABLE t (a int REFERENCES u)                   | MENTIONS_FOREIGN_KEYS",
        "CREATE FUNCTION f() RETURNS int RETURN 1              | MENTIONS_FUNCTIONS",
        "SET search_path = a                                   | SETS",
        "RESET search_path                                     | SETS",
        "SHOW search_path                                      | ``",
        "SET CONSTRAINTS ALL DEFERRED                          | SETS",
        "CREATE INDEX i ON t (a)                               | REFUSED_BY_SETTING",
        "CREATE INDEX i ON t USING btree (a)                   | ``",
        "CREATE INDEX i ON t (a DESC)                          | ``"
      })
  void classify_statement_hasItsTraits(String sql, String traits) {
    List<Trait> expected = new ArrayList<>();
    for (String name : traits.split(" ")) {
      if (!name.isEmpty()) {
        expected.add(Trait.valueOf(name));
      }
    }
    assertThat(dialect.classify(sql).get(0).traits()).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void classify_severalStatements_havePlaces() {
    String sql = ";; BEGIN; SELECT ';' ;-- COMMIT;\nCOMMIT";
    assertThat(dialect.classify(sql))
        .extracting(part -> sql.substring(part.start(), part.end()))
        .containsExactly("BEGIN", "SELECT ';'", "COMMIT");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT 1 FROM t FOR UPDATE NOWAIT| SELECT 1 FROM t FOR UPDATE       ",
        "SELECT 1 FROM t FOR UPDATE OF t SKIP  LOCKED LIMIT 1"
            + "| SELECT 1 FROM t FOR UPDATE OF t              LIMIT 1"
      },
      ignoreLeadingAndTrailingWhitespace = false)
  void read_waitingClause_isBlankedOutInPlace(String sql, String expected) {
    String given = dialect.read(sql).given();
    assertThat(given).hasSameSizeAs(sql);
    assertThat(given.strip()).isEqualTo(expected.strip());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT nowait, skip FROM locked",
        "SELECT 'FOR UPDATE NOWAIT'",
        "WITH q AS (SELECT id, nowait FROM w WHERE id = 1 FOR UPDATE) SELECT nowait FROM q",
        "SELECT * FROM w FOR UPDATE; SELECT skip, locked FROM w",
        "WITH q AS (SELECT skip, locked FROM w FOR KEY SHARE) SELECT skip locked FROM q nowait"
      })
  void read_wordsThatAreNames_stay(String sql) {
    assertThat(dialect.read(sql).given()).isEqualTo(sql);
  }

  @Test
  void read_textWithReplacements_knowsWhereStatementsStandInWhatIsGiven() {
    String sql =
        "SELECT 1 ; AWS IAM GRANT a TO 'x' ; CREATE INDEX ASYNC i ON t (a); -- end\n COMMIT ;";
    ClientText text = dialect.read(sql);
    for (int i = 0; i < text.statements().size(); i++) {
      assertThat(text.given().substring(text.start(i), text.end(i)))
          .isEqualTo(text.statements().get(i).given());
    }
    assertThat(text.statements().get(3).text()).isEqualTo("COMMIT");
  }
}
