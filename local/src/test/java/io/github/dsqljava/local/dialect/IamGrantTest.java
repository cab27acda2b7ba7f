package io.github.dsqljava.local.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class IamGrantTest {
  private static final String ARN = "arn:aws:iam::123456789012:role/app";

  private final Dialect dialect = Dialect.standard();

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
        // other statements
        "BEGIN ISOLATION LEVEL SERIALIZABLE",
        "SET x.aws = 'iam'",
        "COMMIT; ROLLBACK; END"
      })
  void read_textOfNoConcern_isTheSameObject(String sql) {
    assertThat(dialect.read(sql).given()).isSameAs(sql);
  }

  static Stream<Arguments> grants() {
    String call = "CALL dsql_internal.aws_iam_grant('app', '" + ARN + "')";
    return Stream.of(
        arguments("AWS IAM GRANT app TO '" + ARN + "'", call),
        arguments("aws Iam grant APP to '" + ARN + "'", call),
        arguments("AWS/**/IAM--\nGRANT \"app\"TO'" + ARN + "'", call),
        arguments("AWS IAM GRANT app TO E'arn:aws:\\x69am::123456789012:role\\u002fapp'", call),
        arguments("AWS IAM GRANT app TO $arn$" + ARN + "$arn$", call),
        arguments("AWS IAM GRANT app TO 'arn:aws:iam::'\n'123456789012:role/app'", call),
        arguments(
            "AWS IAM GRANT \"My \"\"app\"\" d'or\" TO 'it''s'",
            "CALL dsql_internal.aws_iam_grant('My \"app\" d''or', 'it''s')"),
        arguments(
            "AWS IAM GRANT \"a\\b\" TO 'c\\''); DROP TABLE t; --'",
            "CALL dsql_internal.aws_iam_grant(E'a\\\\b', E'c\\\\''); DROP TABLE t; --')"),
        arguments("AWS IAM GRANT to TO ''", "CALL dsql_internal.aws_iam_grant('to', '')"),
        arguments(
            "AWS IAM REVOKE app FROM '" + ARN + "'",
            "CALL dsql_internal.aws_iam_revoke('app', '" + ARN + "')"));
  }

  @ParameterizedTest
  @MethodSource("grants")
  void read_iamGrant_callsProcedure(String sql, String expected) {
    assertThat(given(sql)).isEqualTo(expected);
  }

  @Test
  void read_severalStatements_leavesTheOthersAndAllBetweenUntouched() {
    String sql =
        " /* a */ SELECT ';' ;; -- b\n AWS IAM GRANT a TO 'x' /* c */ ;\n"
            + "UPDATE t SET aws = 1;AWS IAM REVOKE a FROM 'x'; COMMIT ";

    assertThat(given(sql))
        .isEqualTo(
            " /* a */ SELECT ';' ;; -- b\n CALL dsql_internal.aws_iam_grant('a', 'x') /* c */ ;\n"
                + "UPDATE t SET aws = 1;CALL dsql_internal.aws_iam_revoke('a', 'x'); COMMIT ");
  }

  @Test
  void read_emptyStatementsFirst_findsTheNext() {
    assertThat(given(";;AWS IAM GRANT a TO 'x'"))
        .isEqualTo(";;CALL dsql_internal.aws_iam_grant('a', 'x')");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"AWS IAM GRANT a TO E'\\u00e4'", "AWS IAM REVOKE a FROM $$\u00c3\u00a4$$"})
  void read_nameThatIsNoArn_isRefused(String sql) {
    assertThat(dialect.classify(sql).get(0).refusal().orElseThrow().message())
        .isEqualTo("IAM role must look like an IAM ARN");
  }

  private String given(String sql) {
    return dialect.read(sql).given();
  }
}
