package io.github.dsqljava.local.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.faults.Fault;
import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.occ.Signals;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * Random pipelines, in pieces, with random faults and conflicts, while random things happen around
 * the session: answers come late, others wait for its locks, its statement is cancelled, other
 * sessions come and go. Against a model of transactions: every message of every answer, what is
 * committed, what is still armed, and that nothing is held or left over.
 *
 * <p>{@code -Ddsql.session.rounds} makes it longer, {@code -Ddsql.seed} repeats a run.
 */
class SessionModelTest {
  private static final int ROUNDS = Integer.getInteger("dsql.session.rounds", 3_000);
  private static final long SEED = Long.getLong("dsql.seed", System.nanoTime());
  private static final String DIVISION = "E 22012 division by zero";
  private static final String CONFLICT =
      "E 40001 change conflicts with another transaction (OC000)";
  private static final String UNAVAILABLE = "E XX000 server unavailable";
  private static final String SCHEMA =
      "E 40001 schema has been updated by another transaction (OC001)";
  private static final String ABORTED =
      "E 25P02 current transaction is aborted, commands ignored until end of transaction block";

  private enum Statement {
    BEGIN("BEGIN"),
    COMMIT("COMMIT"),
    ROLLBACK("ROLLBACK"),
    INSERT("INSERT INTO t VALUES (%d)"),
    FAIL("SELECT 1 / 0");

    private final String sql;

    Statement(String sql) {
      this.sql = sql;
    }
  }

  private enum Armed {
    CONFLICT(Fault.dataConflict()),
    UNAVAILABLE_COMMITTED(Fault.unavailableAtCommit(true)),
    UNAVAILABLE_ROLLED_BACK(Fault.unavailableAtCommit(false)),
    ANSWER_LOST(Fault.commitAnswerLost()),
    CUT(Fault.cutBeforeCommit()),
    STATEMENT(Fault.unavailableAtStatement()),
    BEGIN(Fault.schemaConflictAtBegin());

    private final Fault fault;

    Armed(Fault fault) {
      this.fault = fault;
    }

    boolean commits() {
      return this == UNAVAILABLE_COMMITTED || this == ANSWER_LOST;
    }
  }

  @Test
  void randomPipelines_areAnsweredAsTheModelSays() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      round(new Random(SEED + round), "seed " + SEED + ", round " + round);
    }
  }

  private static void round(Random random, String where) throws Exception {
    var cluster = new SessionRig.Cluster();
    var rig = new SessionRig(cluster);
    // Beside others all the time, conflicts are told at COMMIT alone.
    boolean contended = random.nextBoolean();
    if (contended) {
      cluster.contention.activated();
    }
    var model = new Model(contended ? rig.postgres() : null, random);
    if (random.nextBoolean()) {
      for (int n = random.nextInt(4); n > 0; n--) {
        Armed fault = Armed.values()[random.nextInt(Armed.values().length)];
        cluster.faults.arm(1, fault.fault);
        model.arm(fault);
      }
    }
    for (int n = 1 + random.nextInt(8); n > 0; n--) {
      if (random.nextBoolean()) {
        model.query(statements(random));
      } else {
        model.extended(statements(random));
      }
    }
    var around = new Around(rig, cluster, random, contended);
    byte[] bytes = model.pipeline.bytes();
    for (int position = 0; position < bytes.length; ) {
      int end = Math.min(bytes.length, position + 1 + random.nextInt(120));
      rig.send(Unpooled.wrappedBuffer(Arrays.copyOfRange(bytes, position, end)));
      position = end;
      around.happens(random.nextInt(6));
    }
    around.ends();
    rig.settle();
    List<String> answers = new ArrayList<>(rig.answers());
    answers.removeIf(answer -> answer.startsWith("N "));
    for (int i = 0; i < Math.min(answers.size(), model.answers.size()); i++) {
      assertThat(answers.get(i))
          .as(
              "%s, answer %d of %s, behind %s; PostgreSQL ran %s",
              where, i, model.texts, answers.subList(0, i), rig.postgres().log())
          .isEqualTo(model.answers.get(i));
    }
    assertThat(answers).as(where).isEqualTo(model.answers);
    assertThat(rig.isCut()).as(where).isEqualTo(model.cut);
    assertThat(cluster.faults.remaining().values().stream().mapToInt(Integer::intValue).sum())
        .as(where)
        .isEqualTo(model.armed());
    assertThat(rig.postgres().committed()).as(where).isEqualTo(model.committed);
    assertThat(rig.close()).as(where + ", bytes").isZero();
    if (contended) {
      cluster.contention.deactivated();
    }
    assertThat(cluster.contention.active()).as(where + ", active").isZero();
    assertThat(cluster.contention.unguarded()).as(where + ", unguarded").isZero();
  }

  private static List<Statement> statements(Random random) {
    List<Statement> statements = new ArrayList<>();
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      // Mostly what makes sense, so that there are transactions to strike.
      int choice = random.nextInt(12);
      statements.add(
          choice < 3
              ? Statement.BEGIN
              : choice < 6
                  ? Statement.COMMIT
                  : choice < 7
                      ? Statement.ROLLBACK
                      : choice < 11 ? Statement.INSERT : Statement.FAIL);
    }
    return statements;
  }

  /** What happens beside the client. */
  private static final class Around {
    private final SessionRig rig;
    private final SessionRig.Cluster cluster;
    private final Random random;
    private final boolean othersStay;
    private boolean others;
    private boolean signalled;

    Around(SessionRig rig, SessionRig.Cluster cluster, Random random, boolean othersStay) {
      this.rig = rig;
      this.cluster = cluster;
      this.random = random;
      this.othersStay = othersStay;
    }

    void happens(int times) throws Exception {
      for (int i = 0; i < times; i++) {
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> rig.answer();
          case 3 -> rig.runTasks();
          case 4 -> rig.runTimers();
          case 5 -> somebodyWaits();
          case 6 -> others(!others);
          default -> signal();
        }
      }
    }

    /**
     * Only DDL waits for a transaction that is off the tables or has just given way, and none of
     * that is here.
     */
    private void somebodyWaits() {
      var running = rig.session().transaction();
      if (running != null && !running.isOffTables() && !running.isAtBase()) {
        rig.somebodyWaits();
      }
    }

    private void others(boolean come) {
      if (othersStay || come == others) {
        return;
      }
      others = come;
      if (come) {
        cluster.contention.activated();
      } else {
        cluster.contention.deactivated();
      }
    }

    /** Cancels what runs, as far as the session lets that happen. */
    private void signal() throws Exception {
      var interruption = rig.session().interruption();
      if (signalled) {
        signalled = false;
        rig.postgres().forgetCancellation(); // it hits what runs, or nothing
        Signals.delivered(interruption, rig.session()::pump);
      } else if (Signals.mayBeStopped(interruption)) {
        var granted = Signals.prepare(interruption);
        rig.runTasks();
        signalled = granted.get();
        if (signalled && random.nextBoolean()) {
          rig.postgres().cancelNext();
        }
      }
    }

    void ends() throws Exception {
      if (signalled) {
        signal();
      }
      rig.settle();
      others(false);
    }
  }

  /** Builds a pipeline and says what comes back. */
  private static final class Model {
    private final Pipeline pipeline = new Pipeline();
    private final List<String> answers = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();
    private final Set<Integer> committed = new TreeSet<>();
    private final Set<Integer> pending = new TreeSet<>();
    private final FakePostgres withConflicts;
    private final Random random;

    /** Those for COMMIT, and those for other statements, in the order of arming. */
    private final List<Armed> faults = new ArrayList<>();

    private int beginFaults;
    private char status = 'I';
    private boolean doomed;
    private boolean skipping;
    private boolean cut;
    private int next = 1;

    /**
     * @param withConflicts where other transactions take numbers; null if none does
     */
    Model(FakePostgres withConflicts, Random random) {
      this.withConflicts = withConflicts;
      this.random = random;
    }

    void arm(Armed fault) {
      if (fault == Armed.BEGIN) {
        beginFaults++;
      } else {
        faults.add(fault);
      }
    }

    int armed() {
      return faults.size() + beginFaults;
    }

    void query(List<Statement> statements) {
      List<String> texts = new ArrayList<>();
      for (Statement statement : statements) {
        int id = next++;
        texts.add(String.format(statement.sql, id));
        run(statement, id, () -> {});
      }
      pipeline.query(String.join(" /* ; */ ; ", texts));
      this.texts.add("query" + texts);
      end();
    }

    void extended(List<Statement> statements) {
      texts.add("extended" + statements);
      for (Statement statement : statements) {
        int id = next++;
        String portal = random.nextBoolean() ? "" : "p" + id;
        pipeline.parse("", String.format(statement.sql, id)).bind(portal, "").execute(portal);
        if (random.nextInt(4) == 0) {
          pipeline.flush();
        }
        run(
            statement,
            id,
            () -> {
              answer("1");
              answer("2");
            });
      }
      pipeline.sync();
      end();
    }

    /**
     * @param before what is answered before the statement is run
     */
    private void run(Statement statement, int id, Runnable before) {
      if (skipping || cut) {
        return;
      }
      boolean ends = statement == Statement.COMMIT || statement == Statement.ROLLBACK;
      if (status == 'E' && !ends) {
        fail(ABORTED);
        return;
      }
      if (statement == Statement.COMMIT && status == 'T' && losesAtCommit()) {
        finish(/* committing= */ false);
        fail(CONFLICT); // nothing of the group is run
        return;
      }
      before.run();
      switch (statement) {
        case BEGIN -> {
          if (status == 'I' && beginFaults > 0) {
            beginFaults--;
            fail(SCHEMA);
            return;
          }
          status = 'T';
          answer("C BEGIN");
        }
        case COMMIT -> commit();
        case ROLLBACK -> {
          finish(/* committing= */ false);
          answer("C ROLLBACK");
        }
        case INSERT, FAIL -> change(statement, id);
      }
    }

    private boolean losesAtCommit() {
      int first = first(fault -> fault != Armed.STATEMENT);
      return doomed && (first < 0 || faults.get(first).commits());
    }

    private void change(Statement statement, int id) {
      boolean works = statement == Statement.INSERT;
      int first =
          first(
              fault ->
                  fault == Armed.STATEMENT || (fault == Armed.CONFLICT && status == 'I' && works));
      if (first >= 0 && faults.get(first) == Armed.STATEMENT) {
        faults.remove(first);
        fail(UNAVAILABLE);
      } else if (!works) {
        fail(DIVISION);
      } else if (first >= 0) {
        faults.remove(first);
        fail(CONFLICT);
      } else {
        pending.add(id);
        if (status == 'T' && withConflicts != null && random.nextInt(6) == 0) {
          withConflicts.take(id);
          doomed = true;
        }
        answer("C INSERT 0 1");
      }
    }

    private int first(Predicate<Armed> wanted) {
      for (int i = 0; i < faults.size(); i++) {
        if (wanted.test(faults.get(i))) {
          return i;
        }
      }
      return -1;
    }

    private void commit() {
      if (status == 'E') {
        finish(/* committing= */ false);
        answer("C ROLLBACK");
        return;
      }
      int first = first(fault -> fault != Armed.STATEMENT);
      if (status == 'I' || first < 0) {
        finish(/* committing= */ true);
        answer("C COMMIT");
        return;
      }
      Armed fault = faults.remove(first);
      finish(fault.commits());
      switch (fault) {
        case CONFLICT -> fail(CONFLICT);
        case UNAVAILABLE_COMMITTED, UNAVAILABLE_ROLLED_BACK -> fail(UNAVAILABLE);
        default -> cut = true;
      }
    }

    private void finish(boolean committing) {
      if (committing) {
        committed.addAll(pending);
      }
      pending.clear();
      status = 'I';
      doomed = false;
    }

    private void fail(String error) {
      answer(error);
      skipping = true;
      if (status == 'I') {
        pending.clear();
      } else {
        status = 'E';
        doomed = false;
      }
    }

    private void end() {
      skipping = false;
      if (status == 'I' && !cut) {
        committed.addAll(pending);
        pending.clear();
      }
      answer("Z " + status);
    }

    private void answer(String text) {
      if (!cut) {
        answers.add(text);
      }
    }
  }
}
