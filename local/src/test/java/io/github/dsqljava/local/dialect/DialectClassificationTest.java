package io.github.dsqljava.local.dialect;

import static io.github.dsqljava.local.dialect.StatementClass.DDL;
import static io.github.dsqljava.local.dialect.StatementClass.DML;
import static io.github.dsqljava.local.dialect.StatementClass.QUERY;
import static io.github.dsqljava.local.dialect.StatementClass.SETTING;
import static io.github.dsqljava.local.dialect.StatementClass.TRANSACTION;
import static io.github.dsqljava.local.dialect.StatementClass.UNKNOWN;
import static io.github.dsqljava.local.dialect.StatementClass.UTILITY;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DialectClassificationTest {
  private final Dialect dialect = Dialect.standard();

  static List<Arguments> statements() {
    return List.of(
        row("SELECT 1", "Select", QUERY, TransactionEffect.NONE),
        row("((SELECT 1) UNION SELECT 2)", "Select", QUERY, TransactionEffect.NONE),
        row("TABLE t", "Select", QUERY, TransactionEffect.NONE),
        row("SELECT * FROM t FOR UPDATE", "Select", QUERY, TransactionEffect.NONE),
        row("INSERT INTO t VALUES (1)", "Insert", DML, TransactionEffect.DML),
        row("UPDATE t SET a = 1", "Update", DML, TransactionEffect.DML),
        row("DELETE FROM t", "Delete", DML, TransactionEffect.DML),
        row("WITH a AS (SELECT 1) SELECT * FROM a", "Select", QUERY, TransactionEffect.NONE),
        row("WITH a AS (SELECT 1) (SELECT 1)", "Select", QUERY, TransactionEffect.NONE),
        row("WITH delete AS (SELECT 1) TABLE delete", "Select", QUERY, TransactionEffect.NONE),
        row("WITH a AS (SELECT 1) DELETE FROM t", "Delete", DML, TransactionEffect.DML),
        row(
            "WITH a (insert) AS NOT MATERIALIZED (UPDATE t SET a = 1 RETURNING a) SELECT 1",
            "Select",
            DML,
            TransactionEffect.DML),
        row(
            "WITH a AS (WITH b AS (DELETE FROM t RETURNING 1) SELECT 1) SELECT 1",
            "Select",
            DML,
            TransactionEffect.DML),
        row(
            "WITH RECURSIVE a AS (SELECT 1) SEARCH DEPTH FIRST BY update, insert SET delete,"
                + " b AS (SELECT 2) INSERT INTO t SELECT 1",
            "Insert",
            DML,
            TransactionEffect.DML),
        row("SELECT 1 INTO t", "CreateTableAs", DDL, TransactionEffect.DDL),
        row("MERGE INTO t USING u ON true", "Merge", DML, TransactionEffect.DML),
        row("COPY t FROM STDIN", "Copy", DML, TransactionEffect.DML),
        row("COPY t TO STDOUT", "Copy", QUERY, TransactionEffect.NONE),
        row("COPY (DELETE FROM t RETURNING a) TO STDOUT", "Copy", DML, TransactionEffect.DML),
        row("EXPLAIN DELETE FROM t", "Explain", UTILITY, TransactionEffect.NONE),
        row("EXPLAIN ANALYZE DELETE FROM t", "Explain", UTILITY, TransactionEffect.DML),
        row("EXPLAIN (COSTS, ANALYZE) DELETE FROM t", "Explain", UTILITY, TransactionEffect.DML),
        row("EXPLAIN (ANALYZE off) DELETE FROM t", "Explain", UTILITY, TransactionEffect.NONE),
        row("EXPLAIN (SELECT 1)", "Explain", UTILITY, TransactionEffect.NONE),
        row("CREATE TABLE t ()", "Create", DDL, TransactionEffect.DDL),
        row("CREATE UNIQUE INDEX ASYNC i ON t (a)", "Index", DDL, TransactionEffect.DDL),
        row("ALTER TABLE t ADD a int, DROP b", "AlterTable", DDL, TransactionEffect.DDL),
        row("ALTER TABLE t RENAME TO u", "Rename", DDL, TransactionEffect.DDL),
        row("ALTER TABLE t SET SCHEMA u", "AlterObjectSchema", DDL, TransactionEffect.DDL),
        row("ALTER FUNCTION f(int) OWNER TO r", "AlterOwner", DDL, TransactionEffect.DDL),
        row("CREATE TYPE t AS ENUM ()", "CreateEnum", DDL, TransactionEffect.DDL),
        row("CREATE OR REPLACE VIEW v AS SELECT 1", "View", DDL, TransactionEffect.DDL),
        row("GRANT SELECT ON t TO r", "Grant", DDL, TransactionEffect.DDL),
        row("GRANT r TO s", "GrantRole", DDL, TransactionEffect.DDL),
        row("REVOKE ALL ON t FROM r", "Grant", DDL, TransactionEffect.DDL),
        row("aws iam grant r to 'arn'", "IamGrant", DDL, TransactionEffect.DDL),
        row("DROP TABLE t", "Drop", DDL, TransactionEffect.DDL),
        row("TRUNCATE t", "Truncate", DDL, TransactionEffect.DDL),
        row("BEGIN", "Transaction", TRANSACTION, TransactionEffect.BEGIN),
        row("START TRANSACTION READ ONLY", "Transaction", TRANSACTION, TransactionEffect.BEGIN),
        row("END", "Transaction", TRANSACTION, TransactionEffect.COMMIT),
        row("COMMIT AND CHAIN", "Transaction", TRANSACTION, TransactionEffect.COMMIT_AND_CHAIN),
        row("ABORT", "Transaction", TRANSACTION, TransactionEffect.ROLLBACK),
        row("ROLLBACK AND CHAIN", "Transaction", TRANSACTION, TransactionEffect.ROLLBACK_AND_CHAIN),
        row("ROLLBACK TO s", "Transaction", TRANSACTION, TransactionEffect.NONE),
        row("SET CONSTRAINTS ALL DEFERRED", "ConstraintsSet", TRANSACTION, TransactionEffect.NONE),
        row("SET timezone = 'UTC'", "VariableSet", SETTING, TransactionEffect.NONE),
        row("RESET ALL", "VariableSet", SETTING, TransactionEffect.NONE),
        row("SHOW ALL", "VariableShow", SETTING, TransactionEffect.NONE),
        row("ANALYZE t", "Vacuum", UTILITY, TransactionEffect.OUTSIDE_BLOCK),
        row("CALL sys.Wait_For_Job('x')", "Call", UTILITY, TransactionEffect.ALONE),
        row("CALL p()", "Call", UTILITY, TransactionEffect.NONE),
        row("selec 1", "", UNKNOWN, TransactionEffect.NONE),
        row("(CREATE TABLE t ())", "", UNKNOWN, TransactionEffect.NONE),
        row("'a'", "", UNKNOWN, TransactionEffect.NONE));
  }

  @ParameterizedTest
  @MethodSource("statements")
  void classify_statement_tellsNodeClassAndEffect(
      String sql, String node, StatementClass statementClass, TransactionEffect effect) {
    Statement classified = only(sql);

    assertThat(classified.node()).isEqualTo(node);
    assertThat(classified.statementClass()).isEqualTo(statementClass);
    assertThat(classified.effect()).isEqualTo(effect);
  }

  static List<Arguments> rewritings() {
    return List.of(
        rewritten(
            "CREATE INDEX ASYNC i ON t (a)",
            AsyncForm.CREATE_INDEX,
            "CREATE INDEX /*\u0001*/ i ON t (a)"),
        rewritten(
            "create unique index/**/async on t (a)",
            AsyncForm.CREATE_UNIQUE_INDEX,
            "create /*\u0001\u0001*/ index/**//*\u0001*/ on t (a)"),
        rewritten(
            "ALTER TABLE ASYNC t VALIDATE CONSTRAINT c",
            AsyncForm.VALIDATE_CONSTRAINT,
            "ALTER TABLE /*\u0001*/ t ADD CHECK ('c' <> '') NOT VALID"),
        rewritten(
            "ALTER TABLE ASYNC t VALIDATE CONSTRAINT \"It's\" -- c",
            AsyncForm.VALIDATE_CONSTRAINT,
            "ALTER TABLE /*\u0001*/ t ADD CHECK ('It''s' <> '') NOT VALID"),
        rewritten(
            "ALTER TABLE ASYNC t VALIDATE CONSTRAINT c d",
            AsyncForm.VALIDATE_CONSTRAINT,
            "ALTER TABLE /*\u0001*/ t VALIDATE CONSTRAINT c d"),
        rewritten(
            "SELECT * FROM t FOR UPDATE OF t SKIP LOCKED",
            AsyncForm.NONE,
            "SELECT * FROM t FOR UPDATE OF t            "),
        rewritten(
            "SELECT * FROM (SELECT 1 FROM t FOR KEY SHARE NOWAIT) nowait",
            AsyncForm.NONE,
            "SELECT * FROM (SELECT 1 FROM t FOR KEY SHARE       ) nowait"),
        rewritten(
            "SET LOCAL Disable_Sync_Create_Index = off",
            AsyncForm.NONE,
            "SET LOCAL dsql.disable_sync_create_index = off"),
        rewritten(
            "SHOW disable_sync_create_index",
            AsyncForm.NONE,
            "SHOW dsql.disable_sync_create_index"));
  }

  @ParameterizedTest
  @MethodSource("rewritings")
  void classify_whatPostgresqlDoesNotKnow_isTakenOut(
      String sql, AsyncForm async, String rewritten) {
    Statement classified = only(sql);

    assertThat(classified.async()).isEqualTo(async);
    assertThat(classified.refusal()).isEmpty();
    assertThat(classified.replacement()).contains(rewritten);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1",
        "INSERT INTO t VALUES (1)",
        "SELECT * FROM t FOR UPDATE",
        "CREATE TABLE t (a int)",
        "CREATE INDEX i ON t (async)",
        "ALTER TABLE t ADD COLUMN async int",
        "SET timezone = 'disable_sync_create_index'",
        "SELECT nowait FROM t",
        "BEGIN"
      })
  void classify_whatPostgresqlKnows_standsAsItWas(String sql) {
    assertThat(only(sql).replacement()).isEmpty();
    assertThat(only(sql).async()).isEqualTo(AsyncForm.NONE);
  }

  @Test
  void classify_severalStatements_tellsWhereEachStands() {
    String sql = " BEGIN ;; CREATE INDEX ASYNC i ON t (a)/**/; COMMIT -- end";

    List<Statement> classified = dialect.classify(sql);

    assertThat(classified)
        .extracting(statement -> sql.substring(statement.start(), statement.end()))
        .containsExactly("BEGIN", "CREATE INDEX ASYNC i ON t (a)", "COMMIT");
    assertThat(classified.get(1).replacement()).contains("CREATE INDEX /*\u0001*/ i ON t (a)");
  }

  static List<Arguments> spans() {
    return List.of(
        Arguments.of("SELECT 1", 0, 8),
        Arguments.of(" select 1 ; -- x", 1, 9),
        Arguments.of("/* ; */DELETE FROM t;;", 7, 20),
        Arguments.of("\nTRUNCATE t ;", 1, 11));
  }

  @ParameterizedTest
  @MethodSource("spans")
  void classify_oneStatement_tellsWhereItStands(String sql, int start, int end) {
    Statement classified = only(sql);

    assertThat(classified.start()).isEqualTo(start);
    assertThat(classified.end()).isEqualTo(end);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", ";", " ; /* x */ -- y"})
  void classify_nothing_isNoStatement(String sql) {
    assertThat(dialect.classify(sql)).isEmpty();
  }

  @Test
  void refusal_setting_isThatOfTheStartupMessageToo() {
    assertThat(Settings.isAccepted("DateStyle")).isTrue();
    assertThat(Settings.isAccepted("statement_timeout")).isFalse();
    assertThat(Optional.of(Settings.refusal("statement_timeout")))
        .isEqualTo(only("SET statement_timeout = 1").refusal());
  }

  private Statement only(String sql) {
    List<Statement> classified = dialect.classify(sql);
    assertThat(classified).hasSize(1);
    return classified.get(0);
  }

  private static Arguments row(
      String sql, String node, StatementClass statementClass, TransactionEffect effect) {
    return Arguments.of(sql, node, statementClass, effect);
  }

  private static Arguments rewritten(String sql, AsyncForm async, String rewritten) {
    return Arguments.of(sql, async, rewritten);
  }
}
