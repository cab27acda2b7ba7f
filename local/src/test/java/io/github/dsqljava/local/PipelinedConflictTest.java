package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.frontend.RawClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes over the wire, message by message, when statements are sent without waiting. */
class PipelinedConflictTest {
  private static final String INCREMENT = "UPDATE t SET v = v + 1 WHERE id = 1";

  private static DsqlLocal cluster;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void fill() throws Exception {
    other(
        "DROP TABLE IF EXISTS t",
        "CREATE TABLE t (id int PRIMARY KEY, v int)",
        "INSERT INTO t VALUES (1, 10)");
  }

  @Test
  void transactionInOneFlight_isAnsweredAsIfNobodyLookedAtIt() throws Exception {
    try (RawClient client = loggedIn()) {
      client.send(flight(true, "BEGIN", INCREMENT, "COMMIT"));
      assertThat(types(client, 3)).isEqualTo("12CZT 12CZT 12CZI");
      client.send(flight(false, "BEGIN", INCREMENT, "COMMIT"));
      assertThat(types(client, 1)).isEqualTo("12C12C12CZI");
      client.sendText('Q', "BEGIN -- now\n; " + INCREMENT + "; COMMIT; SELECT 1");
      assertThat(types(client, 1)).isEqualTo("CCCTDCZI");
      assertThat(value()).isEqualTo("13");
    }
  }

  @Test
  void errorInOneFlight_skipsTheRestOfIt() throws Exception {
    try (RawClient client = loggedIn()) {
      client.send(flight(false, "BEGIN", "SELECT 1 / 0", INCREMENT, "COMMIT"));
      assertThat(types(client, 1)).isEqualTo("12C1EZE");
      client.sendText('Q', "ROLLBACK");
      assertThat(types(client, 1)).isEqualTo("CZI");
      client.sendText('Q', "BEGIN; SELECT 1 / 0; COMMIT; SELECT 1");
      assertThat(types(client, 1)).isEqualTo("CEZE");
      client.sendText('Q', "COMMIT");
      assertThat(types(client, 1)).isEqualTo("CZI");
      client.send(flight(false, "BEGIN NONSENSE", INCREMENT, "COMMIT"));
      assertThat(types(client, 1)).isEqualTo("EZI");
      assertThat(value()).isEqualTo("10");
    }
  }

  @Test
  void overwrittenRow_inAFlight_losesAtCommitAlone() throws Exception {
    for (boolean syncs : new boolean[] {true, false}) {
      try (RawClient client = loggedIn()) {
        client.send(flight(true, "BEGIN", "SELECT count(*) FROM t"));
        assertThat(types(client, 2)).isEqualTo("12CZT 12DCZT");
        other(INCREMENT);
        client.send(flight(syncs, INCREMENT, INCREMENT, "COMMIT"));
        assertThat(types(client, syncs ? 3 : 1)).isEqualTo(syncs ? "12CZT 12CZT EZI" : "12C12CEZI");
        client.send(flight(true, "SELECT 1"));
        assertThat(types(client, 1)).isEqualTo("12DCZI");
      }
    }
    assertThat(value()).isEqualTo("12");
  }

  /**
   * On shadows, statements have counterparts of their own, which DEALLOCATE ALL takes away, too.
   */
  @Test
  void deallocateAll_inAFlightOnShadows_harmsNothingBehindIt() throws Exception {
    try (RawClient client = loggedIn()) {
      client.send(flight(true, "BEGIN", INCREMENT));
      assertThat(types(client, 2)).isEqualTo("12CZT 12CZT");
      other(INCREMENT);
      client.send(flight(false, INCREMENT, "DEALLOCATE ALL", INCREMENT, "SELECT v FROM t"));
      assertThat(types(client, 1)).isEqualTo("12C12C12C12DCZT");
      client.send(flight(false, "DEALLOCATE ALL", INCREMENT, "DEALLOCATE ALL", "COMMIT"));
      assertThat(types(client, 1)).isEqualTo("12C12C12CEZI");
    }
    assertThat(value()).isEqualTo("11");
  }

  @Test
  void lockedRow_inAFlight_isNotWaitedFor() throws Exception {
    try (Connection open = Jdbc.connect(cluster, "admin");
        RawClient client = loggedIn()) {
      Jdbc.execute(open, "BEGIN", INCREMENT);
      client.send(flight(true, "BEGIN", INCREMENT, INCREMENT, "COMMIT", INCREMENT));
      assertThat(types(client, 5)).isEqualTo("12CZT 12CZT 12CZT 12CZI 12CZI");
      assertThat(value()).isEqualTo("13");
    }
  }

  @Test
  void unnamedStatement_survivesBetweenItsParseAndItsBind() throws Exception {
    try (Connection open = Jdbc.connect(cluster, "admin");
        RawClient client = loggedIn()) {
      Jdbc.execute(open, "BEGIN", "SELECT 1");
      client.send(flight(true, "BEGIN"));
      assertThat(types(client, 1)).isEqualTo("12CZT");
      client.send(concat(message('P', "\0" + INCREMENT + "\0\0\0"), message('S', "")));
      assertThat(types(client, 1)).isEqualTo("1ZT");
      client.send(concat(message('B', "\0\0\0\0\0\0\0\0"), execute(), message('S', "")));
      assertThat(types(client, 1)).isEqualTo("2CZT");
    }
  }

  @Test
  void portal_survivesAFlush_outsideOfATransaction() throws Exception {
    try (RawClient client = loggedIn()) {
      String rows = "SELECT i FROM generate_series(1, 3) i";
      client.send(concat(message('P', "\0" + rows + "\0\0\0"), message('H', "")));
      client.expect('1');
      client.send(concat(message('B', "p\0\0\0\0\0\0\0\0"), message('H', "")));
      client.expect('2');
      // As drivers fetch: some rows, then the rest.
      client.send(concat(message('E', "p\0\0\0\0\2"), message('H', "")));
      client.expect('D');
      client.expect('D');
      client.expect('s');
      client.send(concat(message('E', "p\0\0\0\0\0"), message('S', "")));
      assertThat(types(client, 1)).isEqualTo("DCZI");
      client.send(concat(message('P', "\0" + INCREMENT + "\0\0\0"), message('H', "")));
      client.expect('1');
      client.send(concat(message('B', "\0\0\0\0\0\0\0\0"), message('H', "")));
      client.expect('2');
      client.send(concat(execute(), message('S', "")));
      assertThat(types(client, 1)).isEqualTo("CZI");
      assertThat(value()).isEqualTo("11");
    }
  }

  @Test
  void query_behindMessagesWithoutSync_comesAfterThem() throws Exception {
    try (RawClient client = loggedIn()) {
      client.send(
          concat(
              message('P', "\0" + INCREMENT + "\0\0\0"),
              message('B', "\0\0\0\0\0\0\0\0"),
              execute(),
              message('Q', "SELECT v FROM t WHERE id = 1\0")));
      List<WireMessage> answers = client.readUntilReady();
      assertThat(answers.toString()).contains("UPDATE 1").contains("11");
      assertThat(value()).isEqualTo("11");
    }
  }

  private static void other(String... statements) throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, statements);
    }
  }

  private static String value() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      return Jdbc.value(admin, "SELECT v FROM t WHERE id = 1");
    }
  }

  /** Parse, Bind and Execute of each, with one Sync behind each or one behind all. */
  private static byte[] flight(boolean syncs, String... statements) {
    List<byte[]> messages = new ArrayList<>();
    for (String sql : statements) {
      messages.add(message('P', "\0" + sql + "\0\0\0"));
      messages.add(message('B', "\0\0\0\0\0\0\0\0"));
      messages.add(execute());
      if (syncs) {
        messages.add(message('S', ""));
      }
    }
    if (!syncs) {
      messages.add(message('S', ""));
    }
    return concat(messages.toArray(new byte[0][]));
  }

  private static byte[] execute() {
    return message('E', "\0\0\0\0\0");
  }

  private static byte[] message(char type, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer message = ByteBuffer.allocate(5 + bytes.length);
    return message.put((byte) type).putInt(4 + bytes.length).put(bytes).array();
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** The types of the messages, with the status behind each Z; a conflict must be one. */
  private static String types(RawClient client, int answers) throws IOException {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < answers; i++) {
      StringBuilder types = new StringBuilder();
      for (WireMessage message : client.readUntilReady()) {
        types.append(message.type());
        if (message.type() == 'Z') {
          types.append((char) message.body()[0]);
        }
        if (message.type() == 'E' && !List.of("22012", "42601").contains(message.field('C'))) {
          assertThat("ERROR: " + message.field('M')).isEqualTo(Script.CONFLICT);
        }
      }
      all.add(types.toString());
    }
    return String.join(" ", all);
  }

  private static RawClient loggedIn() throws IOException {
    RawClient client =
        RawClient.direct(cluster.port(), cluster.caCertificate(), "localhost", "postgresql");
    client.login("admin", cluster.token("admin"));
    return client;
  }
}
