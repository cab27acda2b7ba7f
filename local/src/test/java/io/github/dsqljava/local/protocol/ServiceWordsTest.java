package io.github.dsqljava.local.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServiceWordsTest {
  @Test
  void errorOfOurs_losesItsTrace() {
    ErrorMessage raised =
        error(
            "0A000",
            "datatype money not supported",
            "PL/pgSQL function dsql_internal.check_columns(oid) line 17 at RAISE\n"
                + "SQL statement \"SELECT dsql_internal.check_columns(command.objid)\"\n"
                + "PL/pgSQL function dsql_internal.catalog_rules() line 14 at PERFORM");
    assertThat(instead(raised).fields().keySet()).containsExactly('S', 'V', 'C', 'M');
  }

  @Test
  void framesOfTheClient_stay() {
    ErrorMessage raised =
        error(
            "22P02",
            "Unable to convert text to UUID",
            "PL/pgSQL function sys.base32_str_to_uuid(text) line 9 at RAISE\n"
                + "SQL function \"mine\" statement 1");
    ErrorMessage clean = instead(raised);
    assertThat(clean.field('W')).isEqualTo("SQL function \"mine\" statement 1");
    assertThat(clean.field('R')).isEmpty();
  }

  @Test
  void keyThatPostgresCannotSort_isRefusedInTheWordsOfTheService() {
    String message = "data type json has no default operator class for access method \"btree\"";
    ErrorMessage refused = instead(error("42704", message, "").with('H', "You must"));
    assertThat(refused.sqlState()).isEqualTo("0A000");
    assertThat(refused.field('M')).isEqualTo("datatype json is not supported in a key");
    assertThat(refused.fields()).doesNotContainKey('H');
  }

  @Test
  void allElse_staysTheSame() {
    ErrorMessage error =
        error("22012", "division by zero", "SQL function \"mine\" statement 1").with('H', "none");
    assertThat(ServiceWords.insteadOf(error)).isEmpty();
    ErrorMessage otherClass =
        error(
            "42704", "data type json has no default operator class for access method \"gin\"", "");
    assertThat(ServiceWords.insteadOf(otherClass)).isEmpty();
  }

  private static ErrorMessage instead(ErrorMessage error) {
    return ServiceWords.insteadOf(error).orElseThrow();
  }

  private static ErrorMessage error(String sqlState, String message, String context) {
    Map<Character, String> fields = new LinkedHashMap<>();
    fields.put('S', "ERROR");
    fields.put('V', "ERROR");
    fields.put('C', sqlState);
    fields.put('M', message);
    if (!context.isEmpty()) {
      fields.put('W', context);
    }
    fields.put('F', "pl_exec.c");
    fields.put('L', "3911");
    fields.put('R', "exec_stmt_raise");
    return new ErrorMessage(fields);
  }
}
