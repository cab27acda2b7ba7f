package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.frontend.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * Random pipelines with random faults, against a model of PostgreSQL's transactions: every message
 * of every answer, what is committed, and what is still armed.
 */
class FaultPipelineTest extends FaultFixture {
  private static final int PIPELINES = 600;
  private static final String NOT_NULL =
      "E 23502 null value in column \"id\" of relation \"t\" violates not-null constraint";
  private static final String ABORTED =
      "E 25P02 current transaction is aborted, commands ignored until end of transaction block";

  private enum Statement {
    BEGIN("begin"),
    COMMIT("commit"),
    ROLLBACK("rollback"),
    INSERT("insert into t values (%d)"),
    FAIL("insert into t values (null)");

    private final String sql;

    Statement(String sql) {
      this.sql = sql;
    }
  }

  private enum Fault {
    CONFLICT,
    UNAVAILABLE_COMMITTED,
    UNAVAILABLE_ROLLED_BACK,
    ANSWER_LOST,
    CUT,
    STATEMENT,
    BEGIN;

    void arm() {
      switch (this) {
        case CONFLICT -> faults.conflictCommits(1, CommitConflict.DATA);
        case UNAVAILABLE_COMMITTED -> faults.unavailableAtCommit(1, /* committed= */ true);
        case UNAVAILABLE_ROLLED_BACK -> faults.unavailableAtCommit(1, /* committed= */ false);
        case ANSWER_LOST -> faults.loseCommitAnswers(1);
        case CUT -> faults.cutBeforeCommit(1);
        case STATEMENT -> faults.unavailableAtStatement(1);
        case BEGIN -> faults.conflictBegins(1);
      }
    }
  }

  @Test
  void randomPipelines_areAnsweredAsTheModelSays() throws Exception {
    long seed = Long.getLong("dsql.seed", ThreadLocalRandom.current().nextLong());
    Random random = new Random(seed);
    Set<Integer> committed = new TreeSet<>();
    RawClient client = prepared();
    try {
      for (int run = 0; run < PIPELINES; run++) {
        Model model = new Model(committed, run * 100);
        faults.clear();
        for (int n = random.nextInt(5); n > 0; n--) {
          Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
          fault.arm();
          model.arm(fault);
        }
        for (int n = 1 + random.nextInt(8); n > 0; n--) {
          if (random.nextBoolean()) {
            model.query(statements(random));
          } else {
            model.extended(statements(random), random);
          }
        }
        model.query(List.of(Statement.ROLLBACK)); // to start the next one idle
        byte[] bytes = model.pipeline.bytes();
        // Java's TLS gives up what it has received when it cannot send.
        send(client, bytes, random, model.cut ? bytes.length : 1 + random.nextInt(400));
        List<String> answers = new ArrayList<>();
        if (model.cut) {
          answers.addAll(answersUntilClosed(client));
          client.close();
          client = prepared();
        } else {
          for (int batch = 0; batch < model.batches; batch++) {
            client.readUntilReady().forEach(message -> answers.add(text(message)));
          }
        }
        answers.removeIf(answer -> answer.startsWith("N "));
        assertThat(answers).as("run %d of seed %d", run, seed).isEqualTo(model.answers);
        assertThat(faults.remaining().total())
            .as("run %d of seed %d", run, seed)
            .isEqualTo(model.armed());
        committed = model.committed;
      }
    } finally {
      client.close();
    }
    faults.clear();
    assertThat(rows())
        .as("seed %d", seed)
        .containsExactlyInAnyOrderElementsOf(committed.stream().map(String::valueOf).toList());
  }

  private static RawClient prepared() throws IOException {
    RawClient client = loggedIn();
    Pipeline pipeline = new Pipeline();
    for (Statement statement : Statement.values()) {
      if (statement != Statement.INSERT) {
        pipeline.parse(statement.name(), statement.sql);
      }
    }
    answers(client, pipeline.sync(), 1);
    return client;
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

  private static void send(RawClient client, byte[] bytes, Random random, int minPiece)
      throws IOException {
    int position = 0;
    while (position < bytes.length) {
      int end = Math.min(bytes.length, position + minPiece + random.nextInt(100));
      client.send(Arrays.copyOfRange(bytes, position, end));
      position = end;
    }
  }

  /** Builds a pipeline and says what comes back. */
  private static final class Model {
    private final Pipeline pipeline = new Pipeline();
    private final List<String> answers = new ArrayList<>();
    private final Set<Integer> committed;
    private final Set<Integer> pending = new TreeSet<>();

    /** Those for COMMIT, and those for other statements, in the order of arming. */
    private final List<Fault> faults = new ArrayList<>();

    private int beginFaults;
    private char status = 'I';
    private boolean skipping;
    private boolean cut;
    private int batches;
    private int next;

    Model(Set<Integer> committed, int first) {
      this.committed = new TreeSet<>(committed);
      this.next = first;
    }

    void arm(Fault fault) {
      switch (fault) {
        case BEGIN -> beginFaults++;
        default -> faults.add(fault);
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
      end();
    }

    void extended(List<Statement> statements, Random random) {
      for (Statement statement : statements) {
        int id = next++;
        boolean prepared = statement != Statement.INSERT && random.nextBoolean();
        String name = prepared ? statement.name() : "";
        String portal = random.nextBoolean() ? "" : "p" + id;
        if (!prepared) {
          pipeline.parse("", String.format(statement.sql, id));
        }
        pipeline.bind(portal, name).execute(portal);
        if (random.nextInt(4) == 0) {
          pipeline.flush();
        }
        run(
            statement,
            id,
            () -> {
              if (!prepared) {
                answer("1");
              }
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
      before.run();
      switch (statement) {
        case BEGIN -> {
          if (status == 'I' && beginFaults > 0) {
            beginFaults--;
            fail(SCHEMA_CONFLICT);
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

    private void change(Statement statement, int id) {
      int first =
          first(fault -> fault == Fault.STATEMENT || (fault == Fault.CONFLICT && status == 'I'));
      boolean works = statement == Statement.INSERT;
      if (first >= 0 && faults.get(first) == Fault.STATEMENT) {
        faults.remove(first);
        fail(UNAVAILABLE);
      } else if (!works) {
        fail(NOT_NULL); // and a conflict has not been reached
      } else if (first >= 0) {
        faults.remove(first);
        fail(DATA_CONFLICT);
      } else {
        pending.add(id);
        answer("C INSERT 0 1");
      }
    }

    private int first(Predicate<Fault> wanted) {
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
      int first = first(fault -> fault != Fault.STATEMENT);
      if (status == 'I' || first < 0) {
        finish(/* committing= */ true);
        answer("C COMMIT");
        return;
      }
      Fault fault = faults.remove(first);
      finish(fault == Fault.ANSWER_LOST || fault == Fault.UNAVAILABLE_COMMITTED);
      switch (fault) {
        case CONFLICT -> fail(DATA_CONFLICT);
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
    }

    private void fail(String error) {
      answer(error);
      skipping = true;
      if (status == 'I') {
        pending.clear();
      } else {
        status = 'E';
      }
    }

    private void end() {
      skipping = false;
      batches++;
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
