package io.github.dsqljava.local.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlOutlineTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "begin | BEGIN | false",
        "/* x */ START TRANSACTION READ ONLY; | BEGIN | false",
        "END | COMMIT | false",
        "abort | ROLLBACK | false",
        "ROLLBACK TO SAVEPOINT a | SAVEPOINT | false",
        "RELEASE a | SAVEPOINT | false",
        "GRANT SELECT ON t TO x | SCHEMA_CHANGE | false",
        "SELECT * FROM t FOR UPDATE OF t | OTHER | true",
        "SELECT * FROM t FOR /* x */ key share | OTHER | true",
        "SELECT 'FOR UPDATE', substring(a FOR 2) FROM \"for\" | OTHER | false",
        "UPDATE t SET v = 1 | OTHER | false"
      })
  void oneStatement_isWhatItsWordsSay(String sql, SqlOutline.Kind kind, boolean locksRows) {
    SqlOutline outline = SqlOutline.of(sql);
    assertThat(outline.parts()).hasSize(1);
    assertThat(outline.parts().get(0).kind()).isEqualTo(kind);
    assertThat(outline.parts().get(0).locksRows()).isEqualTo(locksRows);
  }

  @Test
  void severalStatements_haveTheirPlaces() {
    String sql = ";; BEGIN; SELECT ';' ;-- COMMIT;\nCOMMIT";
    assertThat(SqlOutline.of(sql).parts())
        .extracting(part -> sql.substring(part.start(), part.end()))
        .containsExactly("BEGIN", "SELECT ';'", "COMMIT");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT 1 FROM t FOR UPDATE NOWAIT | SELECT 1 FROM t FOR UPDATE       ",
        "SELECT 1 FROM t FOR UPDATE OF t SKIP  LOCKED LIMIT 1 | SELECT 1 FROM t FOR UPDATE OF t              LIMIT 1",
        "SELECT nowait, skip FROM locked | SELECT nowait, skip FROM locked",
        "SELECT 'FOR UPDATE NOWAIT' | SELECT 'FOR UPDATE NOWAIT'"
      },
      ignoreLeadingAndTrailingWhitespace = false)
  void waitingClauses_areBlankedOutInPlace(String sql, String expected) {
    String without = SqlReferences.withoutLockWaiting(sql.strip());
    assertThat(without).hasSameSizeAs(sql.strip());
    assertThat(without.strip()).isEqualTo(expected.strip());
  }

  @Test
  void qualifiedNames_areReplacedWhereTheyStandForTables() {
    assertThat(
            SqlReferences.requalify(
                "SELECT a.t.x, \"a\" . \"t\".y, 'a.t', b.t, x.a.t FROM A.T -- a.t",
                (schema, name) -> schema.equals("a") && name.equals("t") ? "pg_temp.\"t\"" : ""))
        .isEqualTo(
            "SELECT pg_temp.\"t\".x, pg_temp.\"t\".y, 'a.t', b.t, x.a.t FROM pg_temp.\"t\" -- a.t");
    assertThat(SqlReferences.names("SELECT \"A\".b FROM C")).contains("A", "b", "c");
  }
}
