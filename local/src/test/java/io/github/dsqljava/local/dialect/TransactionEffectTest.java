package io.github.dsqljava.local.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransactionEffectTest {
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
        "START                                            | NONE",
        "BEGIN 1                                          | NONE",
        "COMMIT                                           | COMMIT",
        "/* x */ commit -- y                              | COMMIT",
        ";; CoMmIt ;;                                     | COMMIT",
        "END                                              | COMMIT",
        "END TRANSACTION                                  | COMMIT",
        "COMMIT WORK AND NO CHAIN                         | COMMIT",
        "COMMIT AND CHAIN                                 | COMMIT_AND_CHAIN",
        "end work and chain                               | COMMIT_AND_CHAIN",
        "COMMIT PREPARED 'x'                              | NONE",
        "COMMIT foo                                       | NONE",
        "\"COMMIT\"                                       | NONE",
        "COMMITTED                                        | NONE",
        "ROLLBACK                                         | ROLLBACK",
        "abort transaction                                | ROLLBACK",
        "ROLLBACK AND CHAIN                               | ROLLBACK_AND_CHAIN",
        "ROLLBACK TO SAVEPOINT s                          | NONE",
        "ROLLBACK WORK TO s                               | NONE",
        "ROLLBACK PREPARED 'x'                            | NONE",
        "SAVEPOINT s                                      | NONE",
        "SELECT 'COMMIT'                                  | NONE",
        "/* x */ ;; SAVEPOINT s -- y                      | NONE"
      })
  void classify_statement_hasItsEffect(String sql, TransactionEffect effect) {
    assertThat(Dialect.standard().classify(sql))
        .extracting(Statement::effect)
        .containsExactly(effect);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/* COMMIT */ ; --", "", ";;"})
  void classify_nothing_isNoStatement(String sql) {
    assertThat(Dialect.standard().classify(sql)).isEmpty();
  }

  @Test
  void classify_textOfSeveralStatements_leavesOutWhatDoesNotCount() {
    String sql = " BEGIN; /* ; */ INSERT INTO t VALUES (';') ;; end /* x */ ; --\n";
    assertThat(Dialect.standard().classify(sql))
        .extracting(Statement::effect)
        .containsExactly(TransactionEffect.BEGIN, TransactionEffect.DML, TransactionEffect.COMMIT);
    assertThat(Dialect.standard().classify(sql))
        .extracting(Statement::text)
        .containsExactly("BEGIN", "INSERT INTO t VALUES (';')", "end");
  }
}
