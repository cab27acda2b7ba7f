package io.github.dsqljava.local.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlValuesTest {

  static Stream<Arguments> strings() {
    return Stream.of(
        arguments("''", ""),
        arguments("'it''s'", "it's"),
        arguments("'a\\n'", "a\\n"),
        arguments("'a' -- c'\n 'b''c'", "ab'c"),
        arguments("N'x'", "x"),
        arguments("E'a\\tb\\\\c\\'d''e\\q'", "a\tb\\c'd'eq"),
        arguments("E'\\b\\f\\n\\r\\t\\v'", "\b\f\n\r\tv"),
        arguments("e'\\101\\x42\\x4a\\u0043\\U0001F600'", "ABJC\uD83D\uDE00"),
        arguments("E'\\uD83D\\uDE00'", "\uD83D\uDE00"),
        arguments("E'\\xC3\\xA4\\303\\244'", "ää"),
        arguments("E'ä\uD83D\uDE00'", "ä\uD83D\uDE00"),
        arguments("E'\\x\\8'", "x8"),
        arguments("E'a'\n'\\''", "a'"),
        arguments("$$a'b$$", "a'b"),
        arguments("$$$$", ""),
        arguments("$t$a$$b$t$", "a$$b"));
  }

  @ParameterizedTest
  @MethodSource("strings")
  void string_constant_isItsValue(String sql, String value) {
    assertThat(SqlScanner.tokens(sql)).hasSize(1);
    assertThat(SqlStrings.valueOf(token(sql))).contains(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "E'\\u12'",
        "E'\\u0000'",
        "E'\\000'",
        "E'\\x00'",
        "E'\\uD83D'",
        "E'\\uDE00'",
        "E'\\uD83Dx'",
        "E'\\UFFFFFFFF'",
        "E'\\xFF'",
        "E'\uD83D'",
        "E'\\uD83D\\x41'",
        "U&'a'",
        "B'01'",
        "X'1f'",
        "\"a\"",
        "a",
        "1",
        "'a",
        "$$a",
        "$1"
      })
  void string_anythingElse_isEmpty(String sql) {
    assertThat(SqlStrings.valueOf(token(sql))).isEmpty();
  }

  static Stream<Arguments> names() {
    return Stream.of(
        arguments("App_1", "app_1"),
        arguments("ÄB", "Äb"),
        arguments("\"App \"\"1\"\"\"", "App \"1\""),
        arguments("a".repeat(64), "a".repeat(64)));
  }

  @ParameterizedTest
  @MethodSource("names")
  void name_identifier_isFoldedAndUnquoted(String sql, String name) {
    assertThat(SqlNames.nameOf(token(sql))).contains(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"U&\"a\"", "\"\"", "\"a", "'a'", "1", "$1", ";"})
  void name_anythingElse_isEmpty(String sql) {
    assertThat(SqlNames.nameOf(token(sql))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "it's", "''", "a\\b", "\\'", "\n", "ä\uD83D\uDE00", "$$"})
  void quote_text_isAConstantOfThatValue(String text) {
    String quoted = SqlStrings.quote(text);

    assertThat(SqlScanner.tokens(quoted)).hasSize(1);
    assertThat(SqlStrings.valueOf(token(quoted))).contains(text);
  }

  @Test
  void quote_plainText_needsNoEscapes() {
    assertThat(SqlStrings.quote("it's")).isEqualTo("'it''s'");
    assertThat(SqlStrings.quote("a\\'b")).isEqualTo("E'a\\\\''b'");
  }

  static Stream<Arguments> unicode() {
    return Stream.of(
        arguments("U&'d\\0061t\\+000061'", '\\', "data"),
        arguments("u&\"s!0065t!!\"\"\"", '!', "set!\""),
        arguments("U&'a''b'\n'c'", '\\', "a'bc"),
        arguments("U&'\\D83D\\DE00'", '\\', "\uD83D\uDE00"));
  }

  @ParameterizedTest
  @MethodSource("unicode")
  void unicode_constant_isItsValue(String sql, char escape, String value) {
    assertThat(SqlUnicode.valueOf(token(sql), escape)).contains(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "U&'\\006'",
        "U&'\\+00006'",
        "U&'\\0000'",
        "U&'\\D83D'",
        "U&'\\+110000'",
        "U&'\\'",
        "U&\"\"",
        "'a'",
        "a",
        "\"a\"",
        "U&'a"
      })
  void unicode_anythingElse_isEmpty(String sql) {
    assertThat(SqlUnicode.valueOf(token(sql), '\\')).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(chars = {'+', '\'', '"', ' ', 'a', 'F', '7'})
  void unicode_noEscapeCharacter_isEmpty(char escape) {
    assertThat(SqlUnicode.valueOf(token("U&'x'"), escape)).isEmpty();
  }

  private static SqlToken token(String sql) {
    return SqlScanner.tokens(sql).get(0);
  }
}
