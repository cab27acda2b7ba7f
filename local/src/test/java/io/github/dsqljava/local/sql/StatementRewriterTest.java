package io.github.dsqljava.local.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatementRewriterTest {
  private static final String ARN = "arn:aws:iam::123456789012:role/app";

  private final StatementRewriter rewriter = StatementRewriter.standard();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ";",
        "SELECT 1",
        "SELECT 1; SELECT 2;",
        "SELECT 'AWS IAM GRANT a TO ''b'''",
        "SELECT 1 /*; AWS IAM GRANT a TO 'b' */",
        "SELECT 1; -- AWS IAM GRANT a TO 'b'",
        "SELECT $$; SET transaction_isolation = 'serializable'$$",
        "SELECT (1; AWS IAM GRANT a TO 'b'",
        "CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; SET TRANSACTION READ ONLY; END",
        // a mistake in the syntax is PostgreSQL's to refuse
        "AWS",
        "AWS IAM",
        "AWS IAM GRANT",
        "AWS IAM GRANT app",
        "AWS IAM GRANT app TO",
        "AWS IAM GRANT app TO arn",
        "AWS IAM GRANT app FROM 'arn'",
        "AWS IAM GRANT app, b TO 'arn'",
        "AWS IAM GRANT 'app' TO 'arn'",
        "AWS IAM GRANT U&\"app\" TO 'arn'",
        "AWS IAM GRANT \"\" TO 'arn'",
        "AWS IAM GRANT app TO U&'arn'",
        "AWS IAM GRANT app TO E'\\u12'",
        "AWS IAM GRANT app TO 'arn' 'arn'",
        "AWS IAM GRANT app TO 'arn' CASCADE",
        "AWS IAM GRANT app TO 'arn",
        "AWS IAM REVOKE app TO 'arn'",
        "AWS IAM DENY app TO 'arn'",
        "AWS \"IAM\" GRANT app TO 'arn'",
        "BEGIN ISOLATION LEVEL",
        "BEGIN ISOLATION LEVEL READ",
        "BEGIN ISOLATION LEVEL SNAPSHOT",
        "BEGIN ISOLATION LEVEL SERIALIZABLE,",
        "BEGIN , ISOLATION LEVEL SERIALIZABLE",
        "BEGIN ISOLATION LEVEL SERIALIZABLE,, READ ONLY",
        "BEGIN ISOLATION LEVEL SERIALIZABLE now",
        "BEGIN ISOLATION LEVEL SERIALIZABLE /*",
        "START ISOLATION LEVEL SERIALIZABLE",
        "SET",
        "SET TRANSACTION",
        "SET TRANSACTION ISOLATION",
        "SET TRANSACTION SNAPSHOT",
        "SET default_transaction_isolation",
        "SET default_transaction_isolation =",
        "SET default_transaction_isolation FROM",
        "SET default_transaction_isolation = 'serializable' now",
        "SET default_transaction_isolation = serializable,",
        "SET default_transaction_isolation = ,",
        "SET default_transaction_isolation = +serializable",
        "SET default_transaction_isolation TO 'serializable",
        "SET default_transaction_isolation 'serializable'",
        "RESET",
        "RESET default_transaction_isolation now",
        "RESET TRANSACTION ISOLATION LEVEL now",
        "ALTER ROLE r SET",
        // what Aurora DSQL takes, or what is no business of these rules
        "BEGIN",
        "begin work",
        "BEGIN TRANSACTION READ ONLY",
        "BEGIN ISOLATION LEVEL REPEATABLE READ, READ WRITE",
        "START TRANSACTION",
        "START TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "SET SESSION CHARACTERISTICS AS TRANSACTION",
        "SET SESSION AUTHORIZATION DEFAULT",
        "SET search_path = a, b",
        "SET LOCAL TIME ZONE 'UTC'",
        "SET x.default_transaction_isolation = 'serializable'",
        "SET transaction TO 'x'",
        "RESET ALL",
        "RESET search_path",
        "ALTER ROLE r RENAME TO s",
        "ALTER ROLE r SET search_path = a",
        "ALTER TABLE t ALTER COLUMN default_transaction_isolation SET DEFAULT 1",
        "ALTER ROLE r RESET default_transaction_isolation",
        "COMMIT; ROLLBACK; END"
      })
  void rewrite_textOfNoConcern_isTheSameObject(String sql) {
    assertThat(rewriter.rewrite(sql)).isSameAs(sql);
  }

  static Stream<Arguments> grants() {
    String call = "CALL sys.aws_iam_grant('app', '" + ARN + "')";
    return Stream.of(
        arguments("AWS IAM GRANT app TO '" + ARN + "'", call),
        arguments("aws Iam grant APP to '" + ARN + "'", call),
        arguments("AWS/**/IAM--\nGRANT \"app\"TO'" + ARN + "'", call),
        arguments("AWS IAM GRANT app TO E'arn:aws:\\x69am::123456789012:role\\u002fapp'", call),
        arguments("AWS IAM GRANT app TO $arn$" + ARN + "$arn$", call),
        arguments("AWS IAM GRANT app TO 'arn:aws:iam::'\n'123456789012:role/app'", call),
        arguments(
            "AWS IAM GRANT \"My \"\"app\"\" d'or\" TO 'it''s'",
            "CALL sys.aws_iam_grant('My \"app\" d''or', 'it''s')"),
        arguments(
            "AWS IAM GRANT \"a\\b\" TO 'c\\''); DROP TABLE t; --'",
            "CALL sys.aws_iam_grant(E'a\\\\b', E'c\\\\''); DROP TABLE t; --')"),
        arguments("AWS IAM GRANT to TO ''", "CALL sys.aws_iam_grant('to', '')"),
        arguments(
            "AWS IAM REVOKE app FROM '" + ARN + "'",
            "CALL sys.aws_iam_revoke('app', '" + ARN + "')"));
  }

  @ParameterizedTest
  @MethodSource("grants")
  void rewrite_iamGrant_callsProcedure(String sql, String expected) {
    assertThat(rewriter.rewrite(sql)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BEGIN ISOLATION LEVEL %s",
        "begin work isolation level %s",
        "BEGIN TRANSACTION READ ONLY, ISOLATION LEVEL %s",
        "BEGIN TRANSACTION ISOLATION LEVEL %s READ WRITE NOT DEFERRABLE",
        "BEGIN ISOLATION LEVEL REPEATABLE READ ISOLATION LEVEL %s DEFERRABLE",
        "START TRANSACTION ISOLATION LEVEL %s",
        "SET TRANSACTION ISOLATION LEVEL %s",
        "SET LOCAL TRANSACTION ISOLATION LEVEL %s, READ ONLY",
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL %s",
        "SET SESSION SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL %s",
        "ALTER ROLE r SET TRANSACTION ISOLATION LEVEL %s"
      })
  void rewrite_otherIsolationLevel_isRefused(String template) {
    for (String level : new String[] {"READ UNCOMMITTED", "READ COMMITTED", "SERIALIZABLE"}) {
      String expected = "CALL sys.refuse('0A000', 'Unsupported isolation level: " + level + "')";

      assertThat(rewriter.rewrite(template.formatted(level))).isEqualTo(expected);
      assertThat(rewriter.rewrite(template.formatted(level.toLowerCase(Locale.ROOT))))
          .isEqualTo(expected);
    }
  }

  static Stream<Arguments> settings() {
    String setDefault = "default_transaction_isolation";
    return Stream.of(
        arguments("SET default_transaction_isolation = 'repeatable read'", setDefault),
        arguments("set session Default_Transaction_Isolation to serializable", setDefault),
        arguments("SET LOCAL \"default_transaction_isolation\" TO DEFAULT", setDefault),
        arguments("SET default_transaction_isolation FROM CURRENT", setDefault),
        arguments("SET default_transaction_isolation = -1, 'a', \"b\", $$c$$, E'd'", setDefault),
        arguments("RESET default_transaction_isolation", setDefault),
        arguments("ALTER ROLE r SET default_transaction_isolation TO 'x'", setDefault),
        arguments(
            "ALTER USER \"R\" IN DATABASE d SET default_transaction_isolation = x", setDefault),
        arguments("ALTER ROLE ALL SET default_transaction_isolation FROM CURRENT", setDefault),
        arguments("ALTER DATABASE postgres SET default_transaction_isolation = x", setDefault),
        arguments("SET \"Transaction_Isolation\" = x", "Transaction_Isolation"),
        arguments("SET LOCAL transaction_isolation TO x", "transaction_isolation"),
        arguments("RESET transaction_isolation", "transaction_isolation"),
        arguments("RESET TRANSACTION ISOLATION LEVEL", "transaction_isolation"),
        arguments("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "TRANSACTION"),
        arguments("SET TRANSACTION READ ONLY", "TRANSACTION"),
        arguments("SET SESSION TRANSACTION READ WRITE, DEFERRABLE", "TRANSACTION"),
        arguments("SET TRANSACTION SNAPSHOT '00000003-0000001B-1'", "TRANSACTION SNAPSHOT"));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void rewrite_isolationSetting_isRefusedByItsName(String sql, String name) {
    assertThat(rewriter.rewrite(sql))
        .isEqualTo(
            "CALL sys.refuse('0A000', 'setting configuration parameter \""
                + name
                + "\" not supported')");
  }

  @Test
  void rewrite_severalStatements_leavesTheOthersAndAllBetweenUntouched() {
    String sql =
        " /* a */ SELECT ';' ;; -- b\n AWS IAM GRANT a TO 'x' /* c */ ;\n"
            + "UPDATE t SET transaction_isolation = 1;BEGIN ISOLATION LEVEL SERIALIZABLE; COMMIT ";

    assertThat(rewriter.rewrite(sql))
        .isEqualTo(
            " /* a */ SELECT ';' ;; -- b\n CALL sys.aws_iam_grant('a', 'x') /* c */ ;\n"
                + "UPDATE t SET transaction_isolation = 1;CALL sys.refuse('0A000',"
                + " 'Unsupported isolation level: SERIALIZABLE'); COMMIT ");
  }

  @Test
  void rewrite_emptyStatementsFirst_findsTheNext() {
    assertThat(rewriter.rewrite(";;AWS IAM GRANT a TO 'x'"))
        .isEqualTo(";;CALL sys.aws_iam_grant('a', 'x')");
  }

  @Test
  void rewrite_severalRulesForOneKeyword_takesTheFirstThatAnswers() {
    StatementRule silent = rule(Optional.empty());
    StatementRule first = rule(Optional.of("first"));
    StatementRule second = rule(Optional.of("second"));

    assertThat(new StatementRewriter(List.of(silent, first, second)).rewrite("a; SET x; b"))
        .isEqualTo("a; first; b");
    assertThat(new StatementRewriter(List.of()).rewrite("SET x")).isEqualTo("SET x");
  }

  private static StatementRule rule(Optional<String> replacement) {
    return new StatementRule() {
      @Override
      public Set<String> firstKeywords() {
        return Set.of("SET");
      }

      @Override
      public Optional<String> replacement(SqlStatement statement) {
        return replacement;
      }
    };
  }
}
