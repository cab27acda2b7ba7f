package io.github.dsqljava.local.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.SqlStatements;
import io.github.dsqljava.local.sql.TableName;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChangedTablesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "INSERT INTO t VALUES (1)                                          | t",
        "insert /* x */ into Shop . T (a) select 1 from other              | shop.t",
        "INSERT INTO postgres.shop.t DEFAULT VALUES                        | shop.t",
        "UPDATE ONLY \"Or\"\"ders\" AS o SET a = 1 FROM u                  | Or\"ders",
        "UPDATE U&\"d\\0061t\" SET a = 1                                   | dat",
        "DELETE FROM only t USING u                                        | t",
        "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2      | t",
        "WITH x AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM x | a b",
        "WITH x AS MATERIALIZED (UPDATE a SET b = 1 RETURNING *) SELECT 1  | a",
        "WITH x AS (SELECT 1) UPDATE t SET a = 1                           | t",
        "WITH x AS (SELECT 1) SELECT * FROM t FOR UPDATE                   | ``",
        "SELECT 'INSERT INTO t' FROM u FOR UPDATE OF u                     | ``",
        "CREATE TABLE t (a int REFERENCES u ON DELETE CASCADE)             | ``",
        "INSERT INTO                                                       | ``",
        "INSERT INTO 1                                                     | ``",
      })
  void of_statement_isItsTargets(String sql, String tables) {
    List<SqlStatement> statements = SqlStatements.split(sql);
    assertThat(statements).hasSize(1);
    assertThat(ChangedTables.of(statements.get(0)))
        .extracting(table -> table.schema().map(schema -> schema + ".").orElse("") + table.name())
        .containsExactly(tables.isEmpty() ? new String[0] : tables.split(" "));
  }

  @ParameterizedTest
  @CsvSource({"t, t, true", "s.t, t, true", "t, s.t, true", "s.t, S.T, true", "s.t, u.t, false"})
  void mayBe_onlyDifferentSchemasDiffer(String one, String other, boolean same) {
    assertThat(TableName.parse(one).mayBe(TableName.parse(other))).isEqualTo(same);
  }

  @Test
  void parse_quoted_keepsItsCase() {
    assertThat(TableName.parse("\"My Shop\".Orders"))
        .isEqualTo(new TableName(Optional.of("My Shop"), "orders"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a.", ".a", "a;b", "1", "'t'", "\"\"", "\"a"})
  void parse_noName_isRefused(String sql) {
    assertThatThrownBy(() -> TableName.parse(sql))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"" + sql + "\" is not the name of a table");
  }
}
