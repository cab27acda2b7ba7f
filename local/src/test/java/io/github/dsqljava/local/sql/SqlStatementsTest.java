package io.github.dsqljava.local.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SqlStatementsTest {
  private static final String FUNCTION =
      "CREATE FUNCTION f(a int, begin text) RETURNS int BEGIN ATOMIC"
          + " SELECT CASE WHEN a > 0 THEN (CASE a WHEN 1 THEN 2 END) END AS end;"
          + " SELECT t.case, t.end FROM t; INSERT INTO t VALUES (1); END";

  static Stream<Arguments> texts() {
    return Stream.of(
        row(""),
        row(" ; ;; -- nothing\n /* ; */"),
        row("SELECT 1", "SELECT 1"),
        row(" SELECT 1 ; ", "SELECT 1"),
        row("a;b;;c", "a", "b", "c"),
        row("/* x */ a /* ; */ b /* y */; -- ;\n c", "a /* ; */ b", "c"),
        row("SELECT ';', \";\", $$;$$, E'\\';'; b", "SELECT ';', \";\", $$;$$, E'\\';'", "b"),
        row(FUNCTION, FUNCTION),
        row("x; " + FUNCTION + "; y;", "x", FUNCTION, "y"),
        row(
            "create or replace procedure p() begin atomic select 1; end; select 2",
            "create or replace procedure p() begin atomic select 1; end",
            "select 2"),
        row(
            "CREATE FUNCTION f() RETURNS int RETURN CASE WHEN true THEN 1 END; x",
            "CREATE FUNCTION f() RETURNS int RETURN CASE WHEN true THEN 1 END",
            "x"),
        row(
            "CREATE FUNCTION f() RETURNS int AS 'a; b' LANGUAGE sql; x",
            "CREATE FUNCTION f() RETURNS int AS 'a; b' LANGUAGE sql",
            "x"),
        row(
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 case; END; x",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 case; END",
            "x"),
        row(
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 end; SELECT CASE 1 WHEN 1 THEN 2"
                + " END end; END; x",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 end; SELECT CASE 1 WHEN 1 THEN 2"
                + " END end; END",
            "x"),
        row("CREATE FUNCTION f() BEGIN ATOMIC END; x", "CREATE FUNCTION f() BEGIN ATOMIC END", "x"),
        row("SELECT begin atomic FROM t; x", "SELECT begin atomic FROM t", "x"),
        row(
            "BEGIN; SELECT CASE WHEN a THEN b END; END; x",
            "BEGIN",
            "SELECT CASE WHEN a THEN b END",
            "END",
            "x"),
        row(
            "CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b); x",
            "CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b)",
            "x"),
        row("SELECT 1); x", "SELECT 1)", "x"),
        row("SELECT (1; x", "SELECT (1; x"),
        row("a; 'b; c", "a", "'b; c"));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void split_text_givesItsStatements(String sql, List<String> expected) {
    assertThat(SqlStatements.split(sql)).extracting(SqlStatement::text).isEqualTo(expected);
  }

  private static Arguments row(String sql, String... statements) {
    return arguments(sql, List.of(statements));
  }
}
