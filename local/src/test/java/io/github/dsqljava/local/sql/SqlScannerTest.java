package io.github.dsqljava.local.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlScannerTest {

  static Stream<Arguments> texts() {
    return Stream.of(
        row(""),
        row(" \t\r\n\f"),
        // words
        row(
            "select a_1$x FROM Ünï",
            "IDENTIFIER select",
            "IDENTIFIER a_1$x",
            "IDENTIFIER FROM",
            "IDENTIFIER Ünï"),
        row("\uD83D\uDE00\u00A0x", "IDENTIFIER \uD83D\uDE00\u00A0x"),
        row("a$b$c$b$", "IDENTIFIER a$b$c$b$"),
        row("\"a \"\"b\"\";--\" x", "QUOTED_IDENTIFIER \"a \"\"b\"\";--\"", "IDENTIFIER x"),
        row("\"\"", "QUOTED_IDENTIFIER \"\""),
        row("\"a", "UNTERMINATED \"a"),
        row("\"a\"\"", "UNTERMINATED \"a\"\""),
        row(
            "U&\"d\\0061t\" u&\"\"",
            "UNICODE_IDENTIFIER U&\"d\\0061t\"",
            "UNICODE_IDENTIFIER u&\"\""),
        row("u & \"a\"", "IDENTIFIER u", "OPERATOR &", "QUOTED_IDENTIFIER \"a\""),
        row("u&a", "IDENTIFIER u", "OPERATOR &", "IDENTIFIER a"),
        // strings
        row("'it''s; --' x", "STRING 'it''s; --'", "IDENTIFIER x"),
        row("'\\'x", "STRING '\\'", "IDENTIFIER x"),
        row("''''", "STRING ''''"),
        row("'a''", "UNTERMINATED 'a''"),
        row("'a' 'b'", "STRING 'a'", "STRING 'b'"),
        row("'a' \n 'b'", "STRING 'a' \n 'b'"),
        row("'a'--x'\n--'y\n\t'b' 'c'", "STRING 'a'--x'\n--'y\n\t'b'", "STRING 'c'"),
        row("'a'--x\n", "STRING 'a'", "COMMENT --x"),
        row("'a' /*\n*/ 'b'", "STRING 'a'", "COMMENT /*\n*/", "STRING 'b'"),
        row("'a'\n'b", "UNTERMINATED 'a'\n'b"),
        row("E'a\\'b''c\\\\' e'x'", "ESCAPE_STRING E'a\\'b''c\\\\'", "ESCAPE_STRING e'x'"),
        row("E'a'\r'\\''", "ESCAPE_STRING E'a'\r'\\''"),
        row("E'a\\", "UNTERMINATED E'a\\"),
        row("E'a\\'", "UNTERMINATED E'a\\'"),
        row("E 'a'", "IDENTIFIER E", "STRING 'a'"),
        row("fe'a'", "IDENTIFIER fe", "STRING 'a'"),
        row(
            "U&'d\\0061' UESCAPE '!'",
            "UNICODE_STRING U&'d\\0061'",
            "IDENTIFIER UESCAPE",
            "STRING '!'"),
        row(
            "b'01' X'1F' n'a''b'",
            "BIT_STRING b'01'",
            "BIT_STRING X'1F'",
            "NATIONAL_STRING n'a''b'"),
        row("B'0''1'", "BIT_STRING B'0'", "STRING '1'"),
        row("B'0'\n'1'", "BIT_STRING B'0'\n'1'"),
        row("B'0", "UNTERMINATED B'0"),
        // dollar quotes and parameters
        row("$$a;'b$$ x", "DOLLAR_STRING $$a;'b$$", "IDENTIFIER x"),
        row("$t$ $$ $T$ $t1$ $t$;", "DOLLAR_STRING $t$ $$ $T$ $t1$ $t$", "SEMICOLON ;"),
        row("$ä_1$x$ä_1$", "DOLLAR_STRING $ä_1$x$ä_1$"),
        row("$a$x$b$a$", "DOLLAR_STRING $a$x$b$a$"),
        row("$a$x", "UNTERMINATED $a$x"),
        row("$a$x$a", "UNTERMINATED $a$x$a"),
        row("$a b$", "OTHER $", "IDENTIFIER a", "IDENTIFIER b$"),
        row("$ $", "OTHER $", "OTHER $"),
        row("$1,$23$$a$$", "PARAMETER $1", "COMMA ,", "PARAMETER $23", "DOLLAR_STRING $$a$$"),
        // numbers
        row(
            "1 1.5 .5 1. 1e5 1.5E-3 .5e+1",
            "NUMBER 1",
            "NUMBER 1.5",
            "NUMBER .5",
            "NUMBER 1.",
            "NUMBER 1e5",
            "NUMBER 1.5E-3",
            "NUMBER .5e+1"),
        row(
            "0x1F 0o17 0b01 1_000 0x_f 1_0.0_1e1_0",
            "NUMBER 0x1F",
            "NUMBER 0o17",
            "NUMBER 0b01",
            "NUMBER 1_000",
            "NUMBER 0x_f",
            "NUMBER 1_0.0_1e1_0"),
        row("1..10", "NUMBER 1", "DOT_DOT ..", "NUMBER 10"),
        row("1.5.5", "NUMBER 1.5", "NUMBER .5"),
        row(
            "1e 1e+ 0x 1__0 1_",
            "NUMBER 1",
            "IDENTIFIER e",
            "NUMBER 1",
            "IDENTIFIER e",
            "OPERATOR +",
            "NUMBER 0",
            "IDENTIFIER x",
            "NUMBER 1",
            "IDENTIFIER __0",
            "NUMBER 1",
            "IDENTIFIER _"),
        row("-1", "OPERATOR -", "NUMBER 1"),
        row("1\u0661", "NUMBER 1", "IDENTIFIER \u0661"),
        // operators
        row(
            "a<=b<>c!=d=>e",
            "IDENTIFIER a",
            "OPERATOR <=",
            "IDENTIFIER b",
            "OPERATOR <>",
            "IDENTIFIER c",
            "OPERATOR !=",
            "IDENTIFIER d",
            "OPERATOR =>",
            "IDENTIFIER e"),
        row("a=-1", "IDENTIFIER a", "OPERATOR =", "OPERATOR -", "NUMBER 1"),
        row("a@-b", "IDENTIFIER a", "OPERATOR @-", "IDENTIFIER b"),
        row("+-+", "OPERATOR +", "OPERATOR -", "OPERATOR +"),
        row("*+*-", "OPERATOR *+*", "OPERATOR -"),
        row("*/", "OPERATOR */"),
        row("+--x", "OPERATOR +", "COMMENT --x"),
        row("@-/*x*/-", "OPERATOR @-", "COMMENT /*x*/", "OPERATOR -"),
        row("->>#>||?&`", "OPERATOR ->>#>||?&`"),
        row("~!@#^&|`?+-*/%<>=", "OPERATOR ~!@#^&|`?+-*/%<>="),
        // punctuation
        row(
            "f(a[1:2], b.c)::int;",
            "IDENTIFIER f",
            "LEFT_PARENTHESIS (",
            "IDENTIFIER a",
            "LEFT_BRACKET [",
            "NUMBER 1",
            "COLON :",
            "NUMBER 2",
            "RIGHT_BRACKET ]",
            "COMMA ,",
            "IDENTIFIER b",
            "DOT .",
            "IDENTIFIER c",
            "RIGHT_PARENTHESIS )",
            "TYPE_CAST ::",
            "IDENTIFIER int",
            "SEMICOLON ;"),
        row(
            "a:=b:::c",
            "IDENTIFIER a",
            "COLON_EQUALS :=",
            "IDENTIFIER b",
            "TYPE_CAST ::",
            "COLON :",
            "IDENTIFIER c"),
        row("\\{}\0\u000b", "OTHER \\", "OTHER {", "OTHER }", "OTHER \0", "OTHER \u000b"),
        // comments
        row("a--b\nc--", "IDENTIFIER a", "COMMENT --b", "IDENTIFIER c", "COMMENT --"),
        row("--a\r\n;", "COMMENT --a", "SEMICOLON ;"),
        row("/* a /* b */ c */ d", "COMMENT /* a /* b */ c */", "IDENTIFIER d"),
        row("/**/ /*/*/ */*/", "COMMENT /**/", "COMMENT /*/*/ */*/"),
        row("/* ' \" $$ -- */ a", "COMMENT /* ' \" $$ -- */", "IDENTIFIER a"),
        row("/*/", "UNTERMINATED /*/"),
        row("a /* /* */", "IDENTIFIER a", "UNTERMINATED /* /* */"),
        row("- - / *", "OPERATOR -", "OPERATOR -", "OPERATOR /", "OPERATOR *"));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void tokens_text_areThoseOfPostgresql(String sql, List<String> expected) {
    assertThat(SqlScanner.tokens(sql))
        .extracting(token -> token.kind() + " " + token.text())
        .isEqualTo(expected);
  }

  @Test
  void is_keyword_foldsAsciiOnly() {
    assertThat(token("sEt").is("SET")).isTrue();
    assertThat(token("\u017fet").is("SET")).isFalse();
    assertThat(token("\"SET\"").is("SET")).isFalse();
    assertThat(token("sets").is("SET")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "+", "-+", "+*", "/", "@", "'", "''", "' ", "'a'\n", "'a'--\n", "\"", "\"\"", "$", "$$",
        "$a", "$a$b", "$a$ $b", "/*", "*/", "/**/", "--", "--\n", "(", ";", "1", "1_", "1e", ".",
        "E'", "E'\\", "a", "a ", "U&'", "B'0'\n", "\\", ":"
      })
  void tokens_longText_takeLinearTime(String piece) {
    String sql = piece.repeat(2_000_000 / piece.length());

    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          var scanner = new SqlScanner(sql);
          int last = 0;
          while (scanner.advance()) {
            last = scanner.end();
          }
          assertThat(last).isPositive();
        },
        "not linear for " + piece);
  }

  private static SqlToken token(String sql) {
    return SqlScanner.tokens(sql).get(0);
  }

  private static Arguments row(String sql, String... tokens) {
    return arguments(sql, List.of(tokens));
  }
}
