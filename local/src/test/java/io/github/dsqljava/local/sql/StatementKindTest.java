package io.github.dsqljava.local.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatementKindTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "BEGIN                                            | BEGIN",
        "begin work                                       | BEGIN",
        "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED | BEGIN",
        "BEGIN READ ONLY, DEFERRABLE                      | BEGIN",
        "Start Transaction read write;                    | BEGIN",
        "START                                            | OTHER",
        "BEGIN 1                                          | OTHER",
        "COMMIT                                           | COMMIT",
        "/* x */ commit -- y                              | COMMIT",
        ";; CoMmIt ;;                                     | COMMIT",
        "END                                              | COMMIT",
        "END TRANSACTION                                  | COMMIT",
        "COMMIT WORK AND NO CHAIN                         | COMMIT",
        "COMMIT AND CHAIN                                 | COMMIT_AND_CHAIN",
        "end work and chain                               | COMMIT_AND_CHAIN",
        "COMMIT PREPARED 'x'                              | OTHER",
        "COMMIT foo                                       | OTHER",
        "\"COMMIT\"                                       | OTHER",
        "COMMITTED                                        | OTHER",
        "ROLLBACK                                         | ROLLBACK",
        "abort transaction                                | ROLLBACK",
        "ROLLBACK AND CHAIN                               | ROLLBACK_AND_CHAIN",
        "ROLLBACK TO SAVEPOINT s                          | OTHER",
        "ROLLBACK WORK TO s                               | OTHER",
        "ROLLBACK PREPARED 'x'                            | OTHER",
        "SAVEPOINT s                                      | OTHER",
        "SELECT 'COMMIT'                                  | OTHER",
        "/* COMMIT */ ; --                                | EMPTY",
        "``                                               | EMPTY"
      })
  void of_text_isItsKind(String sql, StatementKind kind) {
    assertThat(SqlStatements.split(sql))
        .extracting(StatementKind::of)
        .isEqualTo(kind == StatementKind.EMPTY ? List.of() : List.of(kind));
  }

  @Test
  void split_textOfSeveralStatements_leaveOutWhatDoesNotCount() {
    String sql = " BEGIN; /* ; */ INSERT INTO t VALUES (';') ;; end /* x */ ; --\n";
    List<SqlStatement> statements = SqlStatements.split(sql);
    assertThat(statements)
        .extracting(StatementKind::of)
        .containsExactly(StatementKind.BEGIN, StatementKind.OTHER, StatementKind.COMMIT);
    assertThat(statements)
        .extracting(SqlStatement::text)
        .containsExactly("BEGIN", "INSERT INTO t VALUES (';')", "end");
  }
}
