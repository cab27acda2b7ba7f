package io.github.dsqljava.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.ServerError;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StaleSignTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      textBlock =
          """
          # SQLSTATE | message                                                           | prepared  | not
          40001 | schema has been updated by another transaction (OC001)                 | TOLD      | TOLD
          OC001 | schema has been updated                                                | TOLD      | TOLD
          40001 | change conflicts with another transaction (OC000)                      | none      | none
          0A000 | cached plan must not change result type                                | PROVEN    | PROVEN
          0A000 | datatype line not supported                                            | none      | none
          08P01 | bind message has 2 result formats but query has 3 columns              | SUSPECTED | none
          08P01 | insufficient data left in message                                      | SUSPECTED | none
          22P03 | incorrect binary data format in bind parameter 1                       | SUSPECTED | none
          26000 | prepared statement "a" does not exist                                  | SUSPECTED | none
          42804 | column "v" is of type integer but expression is of type text           | SUSPECTED | none
          42883 | operator does not exist: text = integer                                | SUSPECTED | none
          42703 | column "v" does not exist                                              | SUSPECTED | none
          42501 | permission denied for table t                                          | none      | none
          23505 | duplicate key value violates unique constraint "t_pkey"                | none      | none
          57P01 | terminating connection                                                 | none      | none
          """)
  void signOfAnError(String sqlState, String message, StaleSign prepared, StaleSign unprepared) {
    ServerError error = ServerError.of("ERROR", sqlState, message, null, null);
    assertThat(StaleSign.of(error, true).orElse(null)).isEqualTo(prepared);
    assertThat(StaleSign.of(error, false).orElse(null)).isEqualTo(unprepared);
  }
}
