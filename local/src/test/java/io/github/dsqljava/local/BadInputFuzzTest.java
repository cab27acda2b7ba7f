package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.frontend.MessageFuzz;
import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.frontend.RawClient;
import io.netty.util.LeakPresenceDetector;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random and damaged messages against a running cluster: it answers or closes the connection, never
 * hangs, shows nothing of its inside, and nothing is left behind.
 */
class BadInputFuzzTest {
  private static final int ROUNDS = MessageFuzz.rounds(120);
  private static final String END = "the end of the round";

  private static DsqlLocal cluster;
  private static byte[] startup;

  private final Random random = new Random(MessageFuzz.SEED);
  private final MessageFuzz fuzz = new MessageFuzz(random);

  @BeforeAll
  static void start() throws Exception {
    // Recorded, so that the record is attacked as well.
    cluster = DsqlLocal.builder().record(true).start();
    startup = RawClient.startup(3 << 16, Map.of("user", "admin", "database", "postgres"));
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "CREATE TABLE fuzz (id int PRIMARY KEY, note text)");
    }
  }

  @AfterAll
  static void stop() {
    cluster.close();
    LeakPresenceDetector.check();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void messagesOfRightLength_areAnsweredUpToTheLast(boolean faults) throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      if (faults) {
        // Never reached by most, but every statement is looked at.
        cluster.faults().conflictCommits(1, CommitConflict.DATA, "fuzz");
      }
      String where = "seed " + MessageFuzz.SEED + ", round " + round;
      byte[] messages = fuzz.framed(1 + random.nextInt(12));
      where += ": " + new String(messages, StandardCharsets.ISO_8859_1).replace('\0', '|');
      try (RawClient client = loggedIn()) {
        sendInPieces(client, messages);
        // Whatever state it is in: out of COPY, and to the next Sync.
        Pipeline end = new Pipeline().message('f', new byte[1]).sync();
        client.send(end.query("ROLLBACK").query("SELECT '" + END + "'").bytes());
        readToTheEnd(client, where);
      } catch (SocketTimeoutException e) {
        throw new AssertionError(where + ": it hangs", e);
      } catch (IOException e) {
        // closed by the server
      }
    }
    cluster.faults().clear();
    assertNothingIsLeft();
  }

  @Test
  void anyBytes_afterLogin_leaveNothingBehind() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      try (RawClient client = loggedIn()) {
        sendInPieces(client, fuzz.bytes(1 + random.nextInt(12)));
      } catch (IOException e) {
        // closed by the server
      }
    }
    assertNothingIsLeft();
  }

  @Test
  void anyBytes_beforeLogin_leaveNothingBehind() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      String where = "seed " + MessageFuzz.SEED + ", round " + round;
      try (RawClient client = direct()) {
        switch (random.nextInt(3)) {
          case 0 -> client.send(fuzz.bytes(1 + random.nextInt(4)));
          case 1 -> {
            client.send(startup);
            client.expect('R');
            // The length of what comes here is right, so it is judged at once.
            client.send(fuzz.framed(1));
            assertThat(client.read().type()).as(where).isEqualTo('E');
            assertThat(client.isClosedByServer()).as(where).isTrue();
          }
          default -> {
            client.send(startup);
            client.send(fuzz.bytes(2));
          }
        }
      } catch (SocketTimeoutException e) {
        throw new AssertionError(where + ": it hangs", e);
      } catch (IOException e) {
        // closed by the server
      }
    }
    assertNothingIsLeft();
  }

  private static void readToTheEnd(RawClient client, String where) throws IOException {
    boolean last = false;
    while (true) {
      WireMessage message;
      try {
        message = client.read();
      } catch (EOFException e) {
        return;
      }
      String text = message.toString();
      if (message.type() == 'E') {
        assertThat(message.field('C')).as("%s: %s", where, text).hasSize(5);
        assertThat(text).as(where).doesNotContain("java.", "io.netty", "\tat ", "Exception");
      }
      last |= message.type() == 'D' && text.endsWith(END);
      if (last && message.type() == 'Z') {
        assertThat(message.body()).as(where).containsExactly('I');
        return;
      }
    }
  }

  private void sendInPieces(RawClient client, byte[] bytes) throws IOException {
    int at = 0;
    while (at < bytes.length) {
      int size = Math.min(bytes.length - at, 1 + random.nextInt(bytes.length));
      client.send(Arrays.copyOfRange(bytes, at, at + size));
      at += size;
    }
  }

  private static void assertNothingIsLeft() throws Exception {
    Eventually.holds("all connections closed", () -> cluster.openConnections() == 0);
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Eventually.holds(
          "one backend, this one",
          () ->
              Jdbc.value(
                      admin,
                      "SELECT count(*) FROM pg_stat_activity"
                          + " WHERE backend_type = 'client backend'")
                  .equals("1"));
      assertThat(Jdbc.value(admin, "SELECT 1")).isEqualTo("1");
    }
  }

  private static RawClient direct() throws IOException {
    return RawClient.direct(cluster.port(), cluster.caCertificate(), "localhost", "postgresql");
  }

  private static RawClient loggedIn() throws IOException {
    RawClient client = direct();
    client.login("admin", cluster.token("admin"));
    return client;
  }
}
