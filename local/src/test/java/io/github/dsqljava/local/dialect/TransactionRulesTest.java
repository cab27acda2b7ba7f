package io.github.dsqljava.local.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TransactionRulesTest {
  private static final long SEED = Long.getLong("dsql.fuzz.seed", 20261123);
  private static final int ROUNDS = Integer.getInteger("dsql.fuzz.rounds", 20_000);

  private static final String OK = "ok";
  private static final String ABORTED =
      "25P02 current transaction is aborted, commands ignored until end of transaction block";
  private static final String SECOND_DDL =
      "0A000 multiple ddl statements not supported in a transaction";
  private static final String MIXED = "0A000 ddl and dml are not supported in the same transaction";
  private static final String ANALYZE = "25001 ANALYZE cannot run inside a transaction block";
  private static final String WAIT =
      "25001 CALL sys.wait_for_job cannot run inside a transaction block";
  private static final String LOCK = "0A000 unsupported statement: Lock";

  private final Dialect dialect = Dialect.standard();
  private final TransactionRules rules = new TransactionRules();

  /** Each row: messages of a session, and the answers to their statements up to an error. */
  static List<Arguments> sessions() {
    return List.of(
        // One DDL in a transaction.
        row(say("BEGIN", "CREATE TABLE a ()", "COMMIT"), OK, OK, OK),
        row(say("BEGIN", "CREATE TABLE a ()", "DROP TABLE b"), OK, OK, SECOND_DDL),
        row(say("BEGIN", "GRANT a TO b", "REVOKE a FROM b"), OK, OK, SECOND_DDL),
        row(
            say("BEGIN", "CREATE INDEX ASYNC ON t (a)", "CREATE VIEW v AS SELECT 1"),
            OK,
            OK,
            SECOND_DDL),
        row(
            say("BEGIN", "ALTER TABLE ASYNC t VALIDATE CONSTRAINT c", "DROP VIEW v"),
            OK,
            OK,
            SECOND_DDL),
        row(say("BEGIN", "ALTER TABLE t ADD a int, ADD b int", "COMMIT"), OK, OK, OK),
        row(say("CREATE TABLE a ()", "CREATE TABLE b ()"), OK, OK),
        row(
            say("BEGIN", "CREATE TABLE a ()", "COMMIT", "BEGIN", "CREATE TABLE b ()"),
            OK,
            OK,
            OK,
            OK,
            OK),
        row(
            say(
                "BEGIN",
                "CREATE TABLE a ()",
                "COMMIT AND CHAIN",
                "CREATE TABLE b ()",
                "DROP VIEW v"),
            OK,
            OK,
            OK,
            OK,
            SECOND_DDL),
        row(
            say("BEGIN", "CREATE TABLE a ()", "BEGIN", "CREATE TABLE b ()"),
            OK,
            OK,
            OK,
            SECOND_DDL),
        // No DDL with DML, in either order.
        row(say("BEGIN", "CREATE TABLE a ()", "INSERT INTO t VALUES (1)"), OK, OK, MIXED),
        row(say("BEGIN", "DELETE FROM t", "DROP TABLE a"), OK, OK, MIXED),
        row(say("BEGIN", "DELETE FROM t", "UPDATE t SET a = 1", "COMMIT"), OK, OK, OK, OK),
        row(
            say("BEGIN", "WITH a AS (DELETE FROM t RETURNING 1) SELECT 1", "DROP TABLE t"),
            OK,
            OK,
            MIXED),
        row(say("BEGIN", "EXPLAIN DELETE FROM t", "DROP TABLE t"), OK, OK, OK),
        row(say("BEGIN", "EXPLAIN ANALYZE DELETE FROM t", "DROP TABLE t"), OK, OK, MIXED),
        row(
            say(
                "BEGIN",
                "SELECT 1",
                "DROP TABLE t",
                "SELECT 1 FROM t FOR UPDATE",
                "SET timezone = 'UTC'"),
            OK,
            OK,
            OK,
            OK,
            OK),
        // One string is one transaction, unless it says otherwise.
        row(say("CREATE TABLE a (); CREATE TABLE b ()"), OK, SECOND_DDL),
        row(say("CREATE TABLE a (); INSERT INTO a VALUES (1)"), OK, MIXED),
        row(say("CREATE TABLE a (); INSERT INTO a VALUES (1)", "DELETE FROM t"), OK, MIXED, OK),
        row(say("BEGIN; CREATE INDEX ASYNC i ON t (a); COMMIT"), OK, OK, OK),
        row(
            say("BEGIN; CREATE TABLE a (); COMMIT; BEGIN; CREATE TABLE b (); COMMIT"),
            OK,
            OK,
            OK,
            OK,
            OK,
            OK),
        row(
            say("CREATE TABLE a (); COMMIT; DELETE FROM t; ROLLBACK; DROP TABLE a"),
            OK,
            OK,
            OK,
            OK,
            OK),
        row(say("CREATE TABLE a (); BEGIN; CREATE TABLE b ()"), OK, OK, SECOND_DDL),
        row(say("DELETE FROM t; BEGIN", "DROP TABLE t", "COMMIT"), OK, OK, MIXED, OK),
        row(say("BEGIN; DROP TABLE t", "DROP TABLE u"), OK, OK, SECOND_DDL),
        // An aborted transaction comes first.
        row(
            say("BEGIN", "LOCK t", "SELECT 1", "LOCK t", "ROLLBACK TO s", "COMMIT", "SELECT 1"),
            OK,
            LOCK,
            ABORTED,
            ABORTED,
            ABORTED,
            OK,
            OK),
        row(
            say("BEGIN; LOCK t; SELECT 1", "SELECT 1", "ROLLBACK", "SELECT 1"),
            OK,
            LOCK,
            ABORTED,
            OK,
            OK),
        row(
            say("BEGIN", "LOCK t", "BEGIN", "ROLLBACK AND CHAIN", "DROP TABLE a"),
            OK,
            LOCK,
            ABORTED,
            OK,
            OK),
        row(say("LOCK t", "SELECT 1"), LOCK, OK),
        row(
            say("SAVEPOINT s", "BEGIN", "SAVEPOINT s", "END"),
            "0A000 unsupported transaction statement: SAVEPOINT",
            OK,
            "0A000 unsupported transaction statement: SAVEPOINT",
            OK),
        row(
            say("BEGIN", "DROP TABLE t", "BEGIN ISOLATION LEVEL SERIALIZABLE", "SELECT 1"),
            OK,
            OK,
            "0A000 Unsupported isolation level: SERIALIZABLE",
            ABORTED),
        row(say("BEGIN", "DROP TABLE t", "LOCK t"), OK, OK, LOCK),
        // Outside of a block.
        row(
            say("ANALYZE t", "BEGIN", "ANALYZE t", "ROLLBACK", "ANALYZE t"),
            OK,
            OK,
            ANALYZE,
            OK,
            OK),
        row(say("CALL sys.wait_for_job('x')", "BEGIN", "CALL sys.wait_for_job('x')"), OK, OK, WAIT),
        row(say("CREATE INDEX ASYNC i ON t (a); CALL sys.wait_for_job('x')"), OK, WAIT));
  }

  @ParameterizedTest
  @MethodSource("sessions")
  void refusal_session_followsTheRules(List<String> messages, List<String> answers) {
    assertThat(messages.stream().flatMap(message -> run(message).stream()).toList())
        .isEqualTo(answers);
  }

  @Test
  void refusal_askedTwice_isTheSame() {
    Statement create = only("CREATE TABLE a ()");
    run("BEGIN");

    assertThat(rules.refusal(create)).isEmpty();
    assertThat(rules.refusal(create)).isEmpty();
    rules.succeeded(create);
    assertThat(rules.refusal(create)).isPresent().isEqualTo(rules.refusal(create));
  }

  @Test
  void failed_commit_endsTheTransaction() {
    run("BEGIN; DROP TABLE t");
    rules.failed(only("COMMIT"));

    assertThat(rules.isInBlock()).isFalse();
    assertThat(run("CREATE TABLE a ()")).containsExactly(OK);
  }

  @Test
  void failed_withoutStatement_abortsABlockOnly() {
    rules.failed();
    assertThat(rules.isInBlock()).isFalse();

    run("BEGIN");
    rules.failed();
    assertThat(rules.isInBlock()).isTrue();
    assertThat(run("SELECT 1")).containsExactly(ABORTED);
  }

  @Test
  void messageEnded_implicitTransaction_isForgotten() {
    // As in a pipeline: Execute, Execute, Sync.
    rules.succeeded(only("DELETE FROM t"));
    assertThat(rules.refusal(only("DROP TABLE t"))).isPresent();
    rules.messageEnded();
    assertThat(rules.refusal(only("DROP TABLE t"))).isEmpty();
  }

  /** Against the rules written down once more, over the history of a transaction. */
  @Test
  void refusal_randomSessions_agreesWithTheHistory() {
    var random = new Random(SEED);
    List<Statement> statements =
        List.of(
            only("SELECT 1"),
            only("DELETE FROM t"),
            only("DROP TABLE t"),
            only("LOCK t"),
            only("BEGIN"),
            only("COMMIT"),
            only("ROLLBACK AND CHAIN"));
    var history = new ArrayList<TransactionEffect>();
    boolean block = false;
    boolean aborted = false;
    for (int round = 0; round < ROUNDS; round++) {
      Statement statement = statements.get(random.nextInt(statements.size()));
      TransactionEffect effect = statement.effect();
      boolean mixed =
          (effect == TransactionEffect.DDL
                  && (history.contains(TransactionEffect.DDL)
                      || history.contains(TransactionEffect.DML)))
              || (effect == TransactionEffect.DML && history.contains(TransactionEffect.DDL));
      boolean refused =
          aborted ? !effect.endsTransaction() : statement.refusal().isPresent() || mixed;
      assertThat(rules.refusal(statement).isPresent())
          .as("seed %d, round %d: %s after %s", SEED, round, statement.node(), history)
          .isEqualTo(refused);
      // Some statements fail for another reason.
      if (refused || random.nextInt(10) == 0) {
        boolean ended = effect.endsTransaction() && !aborted;
        rules.failed(statement);
        aborted = block && !ended;
        block = aborted;
        history.clear();
      } else {
        rules.succeeded(statement);
        history.add(effect);
        if (effect.endsTransaction()) {
          block = effect == TransactionEffect.ROLLBACK_AND_CHAIN;
          aborted = false;
          history.clear();
        }
        block |= effect == TransactionEffect.BEGIN;
      }
      if (random.nextBoolean()) {
        rules.messageEnded();
        if (!block) {
          history.clear();
        }
      }
      assertThat(rules.isInBlock()).as("seed %d, round %d", SEED, round).isEqualTo(block);
    }
  }

  /** Runs a Query message: behind an error the rest of it is skipped. */
  private List<String> run(String message) {
    var answers = new ArrayList<String>();
    for (Statement statement : dialect.classify(message)) {
      String answer =
          rules
              .refusal(statement)
              .map(refusal -> refusal.sqlState() + " " + refusal.message())
              .orElse(OK);
      answers.add(answer);
      if (!answer.equals(OK)) {
        rules.failed(statement);
        break;
      }
      rules.succeeded(statement);
    }
    rules.messageEnded();
    return answers;
  }

  private Statement only(String sql) {
    return dialect.classify(sql).get(0);
  }

  private static List<String> say(String... messages) {
    return List.of(messages);
  }

  private static Arguments row(List<String> messages, String... answers) {
    return Arguments.of(messages, List.of(answers));
  }
}
