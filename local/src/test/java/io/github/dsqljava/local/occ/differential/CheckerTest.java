package io.github.dsqljava.local.occ.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.occ.differential.Failure.Kind;
import io.github.dsqljava.local.occ.differential.Step.Action;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The checker refuses what is wrong: a system that is no DSQL, and answers that are forged. */
class CheckerTest {
  private static final Schema ACCOUNTS = AccountsSchema.create();
  private static final List<Schema> SCHEMAS = List.of(ACCOUNTS);
  private static Oracles oracles;

  @BeforeAll
  static void start() throws Exception {
    oracles = Oracles.start(SCHEMAS);
  }

  @AfterAll
  static void stop() throws Exception {
    oracles.close();
  }

  @Test
  void lostUpdate_isRefused() throws Exception {
    Program program =
        program(
            "A BEGIN",
            "A SELECT * FROM acct ORDER BY id",
            "B UPDATE acct SET n = 1 WHERE id = 2",
            "A UPDATE acct SET n = 2 WHERE id = 2",
            "A COMMIT");

    Failure failure = failure("read committed", program);

    assertThat(failure.kind()).isEqualTo(Kind.MISSED_CONFLICT);
    assertThat(failure.what()).contains("public.acct[2]");
  }

  @Test
  void readOfSomethingCommittedSince_isRefused() throws Exception {
    Program program =
        program(
            "A BEGIN",
            "A SELECT * FROM acct ORDER BY id",
            "B UPDATE acct SET n = 1 WHERE id = 2",
            "A SELECT * FROM acct ORDER BY id",
            "A COMMIT");

    assertThat(failure("read committed", program).kind()).isEqualTo(Kind.OTHER_ANSWER);
    assertThat(run("repeatable read", program, answer -> answer)).isEmpty();
  }

  @Test
  void conflictAtAStatement_isRefused() throws Exception {
    Program program =
        program(
            "A BEGIN",
            "A SELECT * FROM acct ORDER BY id",
            "B UPDATE acct SET n = 1 WHERE id = 2",
            "A UPDATE acct SET n = 2 WHERE id = 2",
            "A COMMIT");

    assertThat(failure("repeatable read", program).kind()).isEqualTo(Kind.CONFLICT_AT_STATEMENT);
  }

  @Test
  void statementThatWaits_isRefused() throws Exception {
    Program program =
        program(
            "A BEGIN",
            "A UPDATE acct SET n = 2 WHERE id = 2",
            "B UPDATE acct SET n = 1 WHERE id = 2");

    Failure failure = failure("read committed", program);

    assertThat(failure.kind()).isEqualTo(Kind.OTHER_ANSWER);
    assertThat(failure.sign()).isEqualTo("00000 -> 55P03");
  }

  @Test
  void writerThatPassesALock_isRefused() throws Exception {
    Program program =
        program(
            "B BEGIN",
            "B SELECT * FROM acct ORDER BY id",
            "A BEGIN",
            "A SELECT id, n FROM acct WHERE id = 1 FOR UPDATE",
            "A COMMIT",
            "B UPDATE acct SET n = 1 WHERE id = 1",
            "B COMMIT");

    assertThat(failure("repeatable read", program).kind()).isEqualTo(Kind.MISSED_CONFLICT);
  }

  @Test
  void keyThatWasFreedSince_isTaken() throws Exception {
    Program program =
        program(
            "A BEGIN",
            "A SELECT * FROM acct ORDER BY id",
            "B DELETE FROM acct WHERE id = 1",
            "A INSERT INTO acct (id, code, n) VALUES (1, 901, 0)");

    Failure failure = failure("repeatable read", program);

    assertThat(failure.kind()).isEqualTo(Kind.OTHER_ANSWER);
    assertThat(failure.sign()).isEqualTo("23505 -> 00000");
  }

  @Test
  void inventedConflict_isRefused() throws Exception {
    Program program = program("A BEGIN", "A UPDATE acct SET n = 2 WHERE id = 2", "A COMMIT");

    Optional<Failure> failure =
        run("read committed", program, answer -> answer.text().equals("#0") ? conflict() : answer);

    assertThat(failure).map(Failure::kind).contains(Kind.CONFLICT_AT_STATEMENT);
    assertThat(run("read committed", program, new OnCommit(conflict())).map(Failure::kind))
        .contains(Kind.INVENTED_CONFLICT);
  }

  @Test
  void wrongErrorAtCommit_andEndedConnection_areRefused() throws Exception {
    Program program = program("A BEGIN", "A UPDATE acct SET n = 2 WHERE id = 2", "A COMMIT");

    assertThat(
            run("read committed", program, new OnCommit(Answer.error("23505", "")))
                .map(Failure::kind))
        .contains(Kind.OTHER_END);
    assertThat(
            run("read committed", program, new OnCommit(Answer.error("08006", "")))
                .map(Failure::kind))
        .contains(Kind.NO_ANSWER);
  }

  @Test
  void changeThatIsLostAfterCommit_isRefused() throws Exception {
    Program program = program("A UPDATE acct SET n = 2 WHERE id = 2");

    Optional<Failure> failure;
    try (Target plain = new PlainTarget(oracles, "read committed")) {
      Target forgetful =
          new Forged(plain, answer -> answer) {
            @Override
            public Answer run(int session, String role, Step step) {
              return new Answer("#1", List.of(), "");
            }
          };
      failure = new Runner(forgetful, oracles.list()).run(program);
    }

    assertThat(failure).map(Failure::kind).contains(Kind.OTHER_CONTENT);
  }

  @Test
  void failure_isShrunkToItsSteps() throws Exception {
    Program program =
        program(
            "C BEGIN",
            "A BEGIN",
            "C UPDATE acct SET n = 7 WHERE id = 5",
            "A SELECT * FROM acct ORDER BY id",
            "A UPDATE hot SET n = n + 1 WHERE id = 1",
            "B UPDATE acct SET n = 1 WHERE id = 2",
            "C ROLLBACK",
            "A UPDATE acct SET n = 2 WHERE id = 2",
            "A SELECT 1",
            "A COMMIT",
            "B UPDATE hot SET n = n + 1 WHERE id = 2");

    try (Target plain = new PlainTarget(oracles, "read committed")) {
      Runner runner = new Runner(plain, oracles.list());
      Failure shrunk = Shrinker.shrink(runner, runner.run(program).orElseThrow());

      assertThat(shrunk.program().steps()).hasSize(5);
      assertThat(shrunk.program().rows().get(ACCOUNTS.tables().get(1))).hasSize(1);
      assertThat(shrunk.script()).contains("B: UPDATE acct SET n = 1 WHERE id = 2", "wrong");
    }
  }

  @Test
  void generator_makesTheSameOfTheSameSeed_andKeepsToItsFeatures() {
    Generator generator =
        new Generator(SCHEMAS, EnumSet.of(Feature.BASIC, Feature.ACCOUNTS, Feature.VIEWS));

    for (long seed = 0; seed < 50; seed++) {
      Program program = generator.make(seed);
      assertThat(sql(program)).isEqualTo(sql(generator.make(seed)));
      assertThat(sql(program)).noneMatch(sql -> sql.contains("FOR UPDATE"));
      assertThat(program.takesSnapshotsByStatements()).isTrue();
    }
  }

  private static List<String> sql(Program program) {
    return program.steps().stream().map(step -> step.session("")).toList();
  }

  private static Answer conflict() {
    return Answer.error("40001", "ERROR: change conflicts with another transaction (OC000)");
  }

  private static Failure failure(String isolation, Program program) throws SQLException {
    return run(isolation, program, answer -> answer).orElseThrow();
  }

  private static Optional<Failure> run(
      String isolation, Program program, UnaryOperator<Answer> forger) throws SQLException {
    try (Target plain = new PlainTarget(oracles, isolation)) {
      return new Runner(new Forged(plain, forger), oracles.list()).run(program);
    }
  }

  /** Steps as {@code A sql}; a transaction is from BEGIN to its end. */
  private static Program program(String... lines) {
    List<Step> steps = new ArrayList<>();
    Map<Integer, Integer> open = new HashMap<>();
    for (String line : lines) {
      int session = line.charAt(0) - 'A';
      String sql = line.substring(2);
      Action action =
          switch (sql) {
            case "BEGIN", "COMMIT", "ROLLBACK" -> Action.valueOf(sql);
            default -> Action.RUN;
          };
      if (action == Action.BEGIN) {
        open.put(session, steps.size());
      }
      int transaction = open.getOrDefault(session, steps.size());
      if (action == Action.COMMIT || action == Action.ROLLBACK) {
        open.remove(session);
      }
      steps.add(
          new Step(session, transaction, action, action == Action.RUN ? statement(sql) : null));
    }
    return new Program(ACCOUNTS, ACCOUNTS.rows().apply(new Dice(1)), steps);
  }

  private static Statement statement(String sql) {
    if (sql.endsWith("FOR UPDATE")) {
      return Statement.lock(ACCOUNTS.tables().get(1), Strength.UPDATE, sql);
    }
    return sql.startsWith("SELECT") ? Statement.read(sql) : Statement.write(sql);
  }

  /** Another answer at the first COMMIT. */
  private static final class OnCommit implements UnaryOperator<Answer> {
    private final Answer forged;
    private int answers;

    private OnCommit(Answer forged) {
      this.forged = forged;
    }

    @Override
    public Answer apply(Answer answer) {
      return ++answers == 3 ? forged : answer;
    }
  }

  /** A system whose answers are changed on their way. */
  private static class Forged implements Target {
    private final Target system;
    private final UnaryOperator<Answer> forger;

    private Forged(Target system, UnaryOperator<Answer> forger) {
      this.system = system;
      this.forger = forger;
    }

    @Override
    public void reset(Schema schema, State rows) throws SQLException {
      system.reset(schema, rows);
    }

    @Override
    public Answer run(int session, String role, Step step) throws SQLException {
      return forger.apply(system.run(session, role, step));
    }

    @Override
    public State content(Schema schema) throws SQLException {
      return system.content(schema);
    }

    @Override
    public void rest() throws SQLException {
      system.rest();
    }

    @Override
    public void close() throws SQLException {
      system.close();
    }
  }
}
