package io.github.dsqljava.local.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.session.PipelineModel.Armed;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Random pipelines, in pieces, with random faults and conflicts, while random things happen around
 * the session: answers come late, others wait for its locks, its statement is cancelled, other
 * sessions come and go and change the catalog, the client goes away. Against a {@link
 * PipelineModel}: every message of every answer, what PostgreSQL inserts and in which order, what
 * is committed, what is still armed, and that nothing is held or left over.
 *
 * <p>{@code -Ddsql.session.rounds} makes it longer, {@code -Ddsql.seed} repeats a run.
 */
class SessionModelTest {
  private static final int ROUNDS = Integer.getInteger("dsql.session.rounds", 3_000);
  private static final long SEED = Long.getLong("dsql.seed", System.nanoTime());
  private static final Pattern INSERT = Pattern.compile("INSERT INTO t VALUES \\((\\d+)\\)");

  @Test
  void randomPipelines_areAnsweredAsTheModelSays() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      new Round(new Random(SEED + round)).run("-Ddsql.seed=" + (SEED + round));
    }
  }

  /** One client, from its first message to its end. */
  private static final class Round {
    private final SessionRig.Cluster cluster = new SessionRig.Cluster();
    private final SessionRig rig = new SessionRig(cluster);
    private final SessionRig other = new SessionRig(cluster);
    private final List<String> sent = new ArrayList<>();
    private final List<String> got = new ArrayList<>();
    private final Random random;

    /** Whether other sessions are there all the time. Then conflicts are told at COMMIT alone. */
    private final boolean contended;

    private final boolean named;

    /**
     * Whether the client waits for the answers to each batch. Where a session cuts a batch depends
     * on what it knows then of names, and an error of a whole group stands where it was cut: so
     * clients with names have such errors only if they wait.
     */
    private final boolean waits;

    /** Whether others change the catalog. */
    private final boolean behind;

    private final boolean disconnects;
    private final PipelineModel model;
    private final SessionSurroundings around;
    private Pipeline pipeline = new Pipeline();

    /** Whether the client's connection is over before its time. */
    private boolean gone;

    Round(Random random) {
      this.random = random;
      contended = random.nextBoolean();
      named = random.nextInt(3) > 0;
      waits = random.nextInt(3) == 0;
      behind = waits && random.nextBoolean();
      disconnects = random.nextInt(5) == 0;
      if (contended) {
        cluster.contention.activated();
      }
      boolean conflicts = contended && (waits || !named);
      model = new PipelineModel(conflicts ? rig.postgres() : null, random);
      around = new SessionSurroundings(rig, cluster, random, contended);
    }

    void run(String where) throws Exception {
      arm();
      var generator = new PipelineGenerator(random, named, /* refuses= */ !behind, waits);
      for (int n = 1 + random.nextInt(8); n > 0 && !gone; n--) {
        if (behind && random.nextInt(4) == 0) {
          othersChangeTheCatalog();
        }
        List<ClientMessage> batch = generator.next();
        batch.forEach(message -> sent.add(message.toString()));
        model.take(batch);
        batch.forEach(message -> message.appendTo(pipeline));
        if (waits) {
          send();
        }
      }
      if (!gone) {
        if (disconnects) {
          pipeline.terminate();
          sent.add("Terminate");
        }
        send();
      }
      if (!gone) {
        around.settles();
      }
      around.ends();
      verify(where);
      end(where);
    }

    private void arm() {
      if (random.nextBoolean()) {
        return;
      }
      for (int n = random.nextInt(4); n > 0; n--) {
        Armed fault = Armed.values()[random.nextInt(Armed.values().length)];
        if ((!behind || fault.isOfCommit()) && (!named || !fault.rollsBack())) {
          cluster.faults.arm(1, fault.fault());
          model.arm(fault);
          sent.add("armed: " + fault);
        }
      }
    }

    private void othersChangeTheCatalog() {
      other.send(new Pipeline().query("CREATE TABLE x (id int PRIMARY KEY)"));
      other.settle();
      model.catalogChanges();
      sent.add("others change the catalog");
    }

    /**
     * The client sends what it has, in pieces, and waits for the answers if it is one that does.
     */
    private void send() throws Exception {
      byte[] bytes = pipeline.bytes();
      pipeline = new Pipeline();
      for (int position = 0; position < bytes.length; ) {
        int end = Math.min(bytes.length, position + 1 + random.nextInt(120));
        rig.send(Unpooled.wrappedBuffer(Arrays.copyOfRange(bytes, position, end)));
        position = end;
        around.happens(random.nextInt(6));
        if (disconnects && random.nextInt(16) == 0) {
          sent.add("the connection ends");
          gone = true;
          return;
        }
      }
      if (waits) {
        around.settles();
        if (rig.last().equals("G")) { // it has given way, so its data has not been looked at
          rig.send(new Pipeline().copyDone());
          around.settles();
        }
      }
    }

    private void verify(String where) {
      got.addAll(rig.answers());
      got.removeIf(answer -> answer.startsWith("N "));
      String pipeline =
          where
              + "\n  "
              + String.join("\n  ", sent)
              + "\nPostgreSQL ran "
              + rig.postgres().log()
              + "\n";
      assertThat(rig.postgres().violation()).as(pipeline).isNull();
      assertThat(rig.postgres().log()).as(pipeline).noneMatch(sql -> sql.contains("TRUNCATE"));
      List<String> expected = model.answers();
      if (gone) {
        assertThat(got)
            .as(pipeline)
            .isEqualTo(expected.subList(0, Math.min(got.size(), expected.size())));
        return;
      }
      int same = 0;
      while (same < Math.min(got.size(), expected.size())
          && got.get(same).equals(expected.get(same))) {
        same++;
      }
      assertThat(got.subList(same, got.size()))
          .as("%sbehind the answers %s", pipeline, got.subList(0, same))
          .isEqualTo(expected.subList(same, expected.size()));
      assertThat(rig.isCut()).as(pipeline).isEqualTo(model.isCut());
      assertThat(remaining()).as(pipeline).isEqualTo(model.armed());
      assertThat(rig.postgres().committed()).as(pipeline).isEqualTo(model.committed());
      assertThat(inserted()).as(pipeline).isEqualTo(model.inserted());
    }

    private int remaining() {
      return cluster.faults.remaining().values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Returns what PostgreSQL was told to insert; what it was told again counts once. */
    private List<Integer> inserted() {
      return rig.postgres().log().stream()
          .flatMap(sql -> INSERT.matcher(sql).results())
          .map((MatchResult found) -> Integer.valueOf(found.group(1)))
          .distinct()
          .toList();
    }

    private void end(String where) {
      assertThat(rig.close()).as(where + ", bytes").isZero();
      assertThat(other.close()).as(where + ", bytes of the other").isZero();
      if (contended) {
        cluster.contention.deactivated();
      }
      assertThat(cluster.contention.active()).as(where + ", active").isZero();
      assertThat(cluster.contention.unguarded()).as(where + ", unguarded").isZero();
    }
  }
}
