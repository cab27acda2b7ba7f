package io.github.dsqljava.vertx.internal;

import static io.github.dsqljava.vertx.internal.PgBytes.concat;
import static io.github.dsqljava.vertx.internal.PgBytes.query;
import static io.github.dsqljava.vertx.internal.PgBytes.ready;
import static io.github.dsqljava.vertx.internal.PgBytes.summary;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random commands, turns and packets: the codec must see the same with the guard as without, and
 * the server must do the same.
 */
class SessionWireModelTest {

  static LongStream seeds() {
    return new Random().longs(300);
  }

  private static byte[] randomCommand(RandomGenerator random) {
    String statement = "s" + random.nextInt(ModelServer.PREPARED.size());
    byte[] run = concat(PgBytes.bind("", statement), PgBytes.execute("", 0));
    String sql = ModelServer.PREPARED.get(random.nextInt(ModelServer.PREPARED.size()));
    return switch (random.nextInt(10)) {
      case 0, 1, 2 -> PgBytes.run(statement);
      case 3 -> query(sql + (random.nextBoolean() ? ";" : ""));
      case 4 -> query(sql + "; rows 1");
      case 5 -> PgBytes.prepare("p" + random.nextInt(3), sql);
      case 6 -> concat(run, run, run, PgBytes.sync());
      case 7 ->
          concat(
              PgBytes.bind("c", statement),
              PgBytes.describe('P', "c"),
              PgBytes.execute("c", 1),
              PgBytes.sync());
      case 8 -> concat(PgBytes.close('S', "p0"), PgBytes.sync());
      default -> query(random.nextInt(3) == 0 ? "COMMIT" : "nothing");
    };
  }

  private static List<byte[]> randomCommands(RandomGenerator random) {
    List<byte[]> commands = new ArrayList<>();
    for (int count = random.nextInt(8); count >= 0; count--) {
      commands.add(randomCommand(random));
    }
    return commands;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void guardedBegin_thatSucceeds_looksLikeAnUnguardedOne(long seed) {
    RandomGenerator random = new Random(seed);
    List<byte[]> commands = randomCommands(random);
    ModelServer plain = new ModelServer();
    byte[] expected = plain.answer(query("BEGIN"));
    for (byte[] command : commands) {
      expected = concat(expected, plain.answer(command));
    }
    ModelServer guarded = new ModelServer();
    byte[] seen = run("BEGIN", commands, guarded, random);
    assertThat(summary(seen)).as("seed " + seed).isEqualTo(summary(expected));
    assertThat(seen).as("seed " + seed).isEqualTo(expected);
    assertThat(guarded.executed).as("seed " + seed).isEqualTo(plain.executed);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void guardedBegin_thatFails_nothingIsExecutedAndAllIsAnswered(long seed) {
    RandomGenerator random = new Random(seed);
    List<byte[]> commands = randomCommands(random);
    ModelServer guarded = new ModelServer();
    byte[] seen = run("BEGIN bad", commands, guarded, random);
    List<String> expected = new ArrayList<>(List.of("E22000", "ZI"));
    commands.forEach(command -> expected.addAll(List.of("E25P01", "ZI")));
    assertThat(summary(seen)).as("seed " + seed).isEqualTo(expected);
    assertThat(guarded.executed).as("seed " + seed).isEmpty();
  }

  /** Plays the codec, whose turns end at random, and a network that is slow at random. */
  private static byte[] run(
      String begin, List<byte[]> commands, ModelServer server, RandomGenerator random) {
    byte[] seen = {};
    byte[] underWay = {};
    try (WireHarness harness = WireHarness.loggedIn()) {
      harness.wire.guardNextBegin();
      harness.writeVoid(query(begin));
      for (byte[] command : commands) {
        harness.writeVoid(command);
        if (random.nextInt(3) == 0) {
          harness.endTurn();
        }
        underWay = concat(underWay, server.answer(harness.serverSees()));
        int arriving = random.nextInt(underWay.length + 1);
        if (arriving > 0) {
          harness.fromServer(Arrays.copyOfRange(underWay, 0, arriving));
          underWay = Arrays.copyOfRange(underWay, arriving, underWay.length);
        }
        seen = concat(seen, harness.codecSees());
      }
      harness.endTurn();
      underWay = concat(underWay, server.answer(harness.serverSees()));
      while (underWay.length > 0) {
        int arriving = 1 + random.nextInt(underWay.length);
        harness.fromServer(Arrays.copyOfRange(underWay, 0, arriving));
        underWay = Arrays.copyOfRange(underWay, arriving, underWay.length);
        underWay = concat(underWay, server.answer(harness.serverSees()));
      }
      harness.endTurn();
      return concat(seen, harness.codecSees());
    }
  }

  /**
   * As much of PostgreSQL's protocol as matters: groups up to a Sync, skipping after an error, and
   * transaction blocks. A statement is "rows n", "nothing" or "bad", BEGIN or COMMIT.
   */
  private static final class ModelServer {
    static final List<String> PREPARED = List.of("rows 0", "rows 2", "nothing", "nothing", "bad");

    final List<String> executed = new ArrayList<>();
    private char status = 'I';
    private boolean skipping;
    private String unnamed = "";
    private String bound = "";
    private byte[] out = {};

    byte[] answer(byte[] stream) {
      out = new byte[0];
      for (byte[] message : PgBytes.split(stream)) {
        take((char) message[0], message);
      }
      return out;
    }

    private void take(char type, byte[] message) {
      if (type == 'S') {
        skipping = false;
        add(ready(status));
      } else if (type == 'Q') {
        assertThat(skipping).isFalse();
        simple(text(message, 0));
      } else if (!skipping) {
        extended(type, message);
      }
    }

    private void simple(String sql) {
      for (String statement : sql.split("; ?")) {
        if (isAborted(statement) || !described(statement, /* orNoData= */ false)) {
          break;
        }
        if (!execute(statement)) {
          break;
        }
      }
      skipping = false;
      add(ready(status));
    }

    private void extended(char type, byte[] message) {
      switch (type) {
        case 'P' -> {
          String name = text(message, 0);
          String sql = text(message, name.length() + 1).replace(";", "");
          if (!isAborted(sql)) {
            unnamed = name.isEmpty() ? sql : unnamed;
            add(PgBytes.parsed());
          }
        }
        case 'B' -> {
          String portal = text(message, 0);
          String name = text(message, portal.length() + 1);
          String sql = name.isEmpty() ? unnamed : PREPARED.get(name.charAt(1) - '0');
          if (!isAborted(sql)) {
            bound = sql;
            add(PgBytes.bound());
          }
        }
        case 'D' -> {
          if (message[5] == 'S') {
            add(PgBytes.parameters(), PgBytes.noData());
          } else {
            described(bound, /* orNoData= */ true);
          }
        }
        case 'E' -> {
          if (message[message.length - 1] == 1 && bound.equals("rows 2")) {
            executed.add(status + " " + bound);
            add(PgBytes.row(1), PgBytes.message('s'));
          } else {
            execute(bound);
          }
        }
        case 'C' -> {
          // PostgreSQL would close it even now: the one thing that a group which failed does not.
          if (!isAborted("")) {
            add(PgBytes.message('3'));
          }
        }
        default -> throw new AssertionError(type);
      }
    }

    private boolean isAborted(String sql) {
      if (status == 'E' && !sql.equals("COMMIT")) {
        add(PgBytes.aborted());
        skipping = true;
        return true;
      }
      return false;
    }

    private boolean described(String sql, boolean orNoData) {
      if (sql.startsWith("rows")) {
        add(PgBytes.columns());
      } else if (orNoData) {
        add(PgBytes.noData());
      }
      return true;
    }

    /** Runs one statement; whether it succeeded. */
    private boolean execute(String sql) {
      if (sql.endsWith("bad")) {
        add(PgBytes.error("22000", sql));
        skipping = true;
        status = status == 'T' ? 'E' : status;
        return false;
      }
      executed.add(status + " " + sql);
      if (sql.startsWith("rows")) {
        int rows = sql.charAt(5) - '0';
        for (int i = 0; i < rows; i++) {
          add(PgBytes.row(i));
        }
        add(PgBytes.notice(), PgBytes.complete("SELECT " + rows));
      } else if (sql.equals("BEGIN")) {
        status = 'T';
        add(PgBytes.complete("BEGIN"));
      } else if (sql.equals("COMMIT")) {
        add(PgBytes.complete(status == 'E' ? "ROLLBACK" : "COMMIT"));
        status = 'I';
      } else {
        add(PgBytes.complete("UPDATE 1"));
      }
      return true;
    }

    private void add(byte[]... messages) {
      out = concat(out, concat(messages));
    }

    /** The text that begins so many bytes behind the header. */
    private static String text(byte[] message, int offset) {
      StringBuilder text = new StringBuilder();
      for (int at = 5 + offset; message[at] != 0; at++) {
        text.append((char) message[at]);
      }
      return text.toString();
    }
  }
}
