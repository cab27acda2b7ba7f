package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.frontend.RawClient;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.LeakPresenceDetector;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Bytes no decent client sends, and clients that go away: the cluster stays healthy. */
class RobustnessTest {
  private static final String ALPN = "postgresql";
  private static final int SSL_REQUEST = 80877103;
  private static final int CANCEL_REQUEST = 80877102;
  private static final int MEBIBYTE = 1024 * 1024;
  private static final int MUTATED_PACKETS = 1000;

  /** Runs until the sequence is set to a large number: there are no locks to wait for. */
  private static final String WAIT_AT_GATE =
      "WITH RECURSIVE look(n) AS (SELECT nextval('gate') UNION ALL SELECT nextval('gate') FROM look"
          + " WHERE n < 1000000 AND pg_sleep(0.02) IS NOT NULL) SELECT 'not cancelled', count(*)"
          + " FROM look";

  private static DsqlLocal cluster;
  private static Set<Thread> threadsBefore;

  @BeforeAll
  static void start() throws Exception {
    // The spare PostgreSQL of earlier tests, if there is one, stays.
    threadsBefore = Thread.getAllStackTraces().keySet();
    cluster = DsqlLocal.builder().loginTimeout(Duration.ofSeconds(2)).ahead(false).start();
    Jdbc.createMappedRole(cluster, "app");
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "CREATE SEQUENCE gate CACHE 1");
    }
  }

  @AfterAll
  static void stop() {
    cluster.close();
    // Every buffer that any test of this JVM has made is released, or this says where it was made.
    LeakPresenceDetector.check();
    assertThat(liveThreads()).noneMatch(name -> name.startsWith("dsql-local"));
  }

  @Test
  void mutatedStartupPackets_leaveTheServerHealthyAndNothingBehind() throws Exception {
    long seed = ThreadLocalRandom.current().nextLong();
    Random random = new Random(seed);
    byte[] good =
        RawClient.startup(
            3 << 16,
            Map.of("user", "admin", "database", "postgres", "options", "-c search_path=a"));
    int filesBefore = openFiles();
    for (int i = 0; i < MUTATED_PACKETS; i++) {
      byte[] packet = mutate(good, random);
      // Half behind direct TLS, a fifth behind an SSLRequest, the rest where only TLS may be.
      try (RawClient client = i % 2 == 0 ? direct() : RawClient.connect(cluster.port())) {
        if (i % 10 == 1 || i % 10 == 3) {
          client.send(RawClient.request(SSL_REQUEST));
          assertThat(client.readByte()).isEqualTo('S');
          client.startTls(cluster.caCertificate(), "localhost");
        }
        client.send(packet);
        if (random.nextBoolean()) {
          client.sendText('p', "no token");
        }
      } catch (IOException e) {
        // The server may close first; that is one of the right answers.
      }
    }
    assertHealthy("seed " + seed);
    Eventually.holds("all connections closed", () -> cluster.openConnections() == 0);
    Eventually.holds("all files closed", () -> openFiles() <= filesBefore + 2);
    assertNoBackendLeft();
  }

  @Test
  void halfSentLogins_areClosedAfterTheLoginTimeout() throws Exception {
    byte[] startup = RawClient.startup(3 << 16, Map.of("user", "admin", "database", "postgres"));
    List<RawClient> clients = new ArrayList<>();
    try {
      clients.add(RawClient.connect(cluster.port()));
      RawClient halfRequest = RawClient.connect(cluster.port());
      halfRequest.send(Arrays.copyOf(RawClient.request(SSL_REQUEST), 5));
      clients.add(halfRequest);
      RawClient noHandshake = RawClient.connect(cluster.port());
      noHandshake.send(RawClient.request(SSL_REQUEST));
      assertThat(noHandshake.readByte()).isEqualTo('S');
      clients.add(noHandshake);
      RawClient halfHello = RawClient.connect(cluster.port());
      halfHello.send(new byte[] {0x16, 3, 1, 2});
      clients.add(halfHello);
      RawClient halfStartup = direct();
      halfStartup.send(Arrays.copyOf(startup, startup.length / 2));
      clients.add(halfStartup);
      RawClient halfPassword = direct();
      halfPassword.send(startup);
      halfPassword.expect('R');
      halfPassword.send(new byte[] {'p', 0, 0, 1, 0, 'x'});
      clients.add(halfPassword);
      for (RawClient client : clients) {
        assertThat(client.isClosedByServer()).as("client %d", clients.indexOf(client)).isTrue();
      }
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
    assertHealthy("half-sent logins");
  }

  @Test
  void clientsThatLeaveInTheMiddle_leaveNothingBehind() throws Exception {
    for (int i = 0; i < 20; i++) {
      try (RawClient client = direct()) {
        client.sendStartup(Map.of("user", "app", "database", "postgres"));
        client.expect('R');
        client.sendText('p', cluster.token("app"));
        // gone while PostgreSQL is being asked for a session
      }
    }
    Eventually.holds("all connections closed", () -> cluster.openConnections() == 0);
    assertNoBackendLeft();
  }

  @Test
  void loggedInClientThatDies_takesItsBackendWithIt() throws Exception {
    try (RawClient client = loggedIn()) {
      client.sendText('Q', "SELECT pg_sleep(600)");
      try (Connection admin = Jdbc.connect(cluster, "admin")) {
        Eventually.holds("the query is running", () -> sleepers(admin) == 1);
        client.close();
        Eventually.holds("its backend is gone", () -> sleepers(admin) == 0);
      }
    }
  }

  @Test
  void message_aboveTenMebibytes_closesTheConnection() throws Exception {
    try (RawClient client = loggedIn()) {
      client.send(header('Q', 10 * MEBIBYTE + 1));
      assertThat(client.isClosedByServer()).isTrue();
    }
    assertHealthy("large message");
    assertNoBackendLeft();
  }

  @Test
  void message_ofTenMebibytes_isServed() throws Exception {
    String start = "SELECT length('";
    String end = "')";
    int text = 10 * MEBIBYTE - 4 - 1 - start.length() - end.length();
    try (RawClient client = loggedIn()) {
      List<WireMessage> answer = client.query(start + "x".repeat(text) + end);
      assertThat(answer.toString()).contains(Integer.toString(text));
    }
  }

  @Test
  void unknownMessageType_endsTheConnectionWithAnError() throws Exception {
    try (RawClient client = loggedIn()) {
      client.send('!', new byte[0]);
      WireMessage error = client.expect('E');
      assertThat(error.field('C')).isEqualTo("08P01");
      assertThat(client.isClosedByServer()).isTrue();
    }
    assertHealthy("unknown message");
  }

  @Test
  void cancelRequest_isAcceptedAndHasNoEffect() throws Exception {
    try (RawClient client = direct();
        Connection admin = Jdbc.connect(cluster, "admin")) {
      WireMessage key =
          client.login("admin", cluster.token("admin")).stream()
              .filter(message -> message.type() == 'K')
              .findFirst()
              .orElseThrow();
      closeGate(admin);
      client.sendText('Q', WAIT_AT_GATE);
      Eventually.holds("the query waits", () -> waitsAtGate(admin));
      ByteBuffer cancel = ByteBuffer.allocate(16).putInt(16).putInt(CANCEL_REQUEST).put(key.body());
      try (RawClient canceller = RawClient.connect(cluster.port())) {
        canceller.send(cancel.array());
        assertThat(canceller.isClosedByServer()).isTrue();
      }
      try (RawClient canceller = direct()) {
        canceller.send(cancel.array());
        assertThat(canceller.isClosedByServer()).isTrue();
      }
      openGate(admin);
      assertThat(client.readUntilReady().toString()).contains("not cancelled");
    }
  }

  @Test
  void clientThatDoesNotRead_isNotBufferedInTheJvm() throws Exception {
    int rows = 200_000;
    long before = buffered();
    try (RawClient client = loggedIn();
        Connection admin = Jdbc.connect(cluster, "admin")) {
      client.sendText('Q', "SELECT repeat('x', 1000) FROM generate_series(1, " + rows + ")");
      String look = "SELECT wait_event FROM pg_stat_activity WHERE query LIKE 'SELECT repeat%'";
      Eventually.holds("the query has begun", () -> Jdbc.column(admin, look).size() == 1);
      int[] inARow = {0};
      Eventually.holds(
          "PostgreSQL has been waiting for us, without a break, for 200 looks",
          () -> {
            List<String> waits = Jdbc.column(admin, look);
            assertThat(waits)
                .as("the query is still running")
                .hasSize(1)
                .doesNotContain("ClientRead");
            inARow[0] = waits.contains("ClientWrite") ? inARow[0] + 1 : 0;
            return inARow[0] == 200;
          });
      assertThat(buffered() - before).as("of 200 MB").isLessThan(64L * MEBIBYTE);
      long received =
          client.readUntilReady().stream().filter(message -> message.type() == 'D').count();
      assertThat(received).isEqualTo(rows);
    }
  }

  /** Of the whole JVM: the allocator keeps what other tests have needed. */
  private static long buffered() {
    var metric = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
    return metric.usedDirectMemory() + metric.usedHeapMemory();
  }

  @Test
  void serverThatDoesNotRead_isNotBufferedForInTheJvm() throws Exception {
    long before = buffered();
    try (RawClient client = loggedIn();
        Connection admin = Jdbc.connect(cluster, "admin")) {
      closeGate(admin);
      client.sendText('Q', WAIT_AT_GATE);
      // 100 MB behind a statement that waits. Written by a thread that the sockets will stop.
      byte[] piece = query("SELECT '" + "x".repeat(MEBIBYTE) + "'");
      AtomicInteger written = new AtomicInteger();
      Thread writer =
          new Thread(
              () -> {
                try {
                  for (; written.get() < 100; written.incrementAndGet()) {
                    client.send(piece);
                  }
                } catch (IOException e) {
                  // the connection was closed at the end of the test
                }
              });
      writer.start();
      int[] seen = {-1, 0};
      Eventually.holds(
          "the writer is stopped, without a step for 200 looks",
          () -> {
            assertThat(written.get()).as("MB taken from 100 MB").isLessThan(50);
            seen[1] = written.get() == seen[0] ? seen[1] + 1 : 0;
            seen[0] = written.get();
            return seen[1] == 200;
          });
      assertThat(buffered() - before).as("of 100 MB").isLessThan(64L * MEBIBYTE);
      openGate(admin);
      for (int i = 0; i <= 100; i++) {
        client.readUntilReady();
      }
      writer.join();
      assertThat(written).hasValue(100);
    }
  }

  @Test
  void loggedInClientThatLeavesAMessageHalfSent_leavesNothingBehind() throws Exception {
    for (int i = 0; i < 5; i++) {
      try (RawClient client = loggedIn()) {
        client.send(new byte[] {'Q', 0, 0, 1, 0, 'S', 'E', 'L'});
        client.send(new byte[] {'E', 'C', 'T'});
      }
    }
    Eventually.holds("all connections closed", () -> cluster.openConnections() == 0);
    assertNoBackendLeft();
  }

  @Test
  void largeQueryInSmallPieces_isServed() throws Exception {
    try (RawClient client = loggedIn()) {
      byte[] query = query("SELECT length('" + "x".repeat(5 * MEBIBYTE) + "')");
      for (int i = 0; i < query.length; i += 1000) {
        client.send(Arrays.copyOfRange(query, i, Math.min(query.length, i + 1000)));
      }
      assertThat(client.readUntilReady().toString()).contains(Integer.toString(5 * MEBIBYTE));
    }
  }

  @Test
  void statementsInFlight_areAnsweredInOrder() throws Exception {
    try (RawClient client = loggedIn()) {
      for (int i = 0; i < 300; i++) {
        client.sendText('Q', "SELECT " + i);
      }
      for (int i = 0; i < 300; i++) {
        assertThat(client.readUntilReady().get(1).toString()).endsWith(Integer.toString(i));
      }
    }
  }

  @Test
  void rewrittenStatement_amongOthersInOneString_keepsTheirBytes() throws Exception {
    try (RawClient client = loggedIn()) {
      List<WireMessage> answer =
          client.query("SELECT 'ä€😀'; BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 'never'");
      assertThat(answer.toString()).contains("ä€😀").doesNotContain("never");
      assertThat(answer)
          .filteredOn(message -> message.type() == 'E')
          .singleElement()
          .satisfies(
              error -> {
                assertThat(error.field('C')).isEqualTo("0A000");
                assertThat(error.field('M')).isEqualTo("Unsupported isolation level: SERIALIZABLE");
                assertThat(error.field('W')).isEmpty();
              });
    }
  }

  private static void closeGate(Connection admin) throws SQLException {
    Jdbc.execute(admin, "SELECT setval('gate', 1)");
  }

  private static void openGate(Connection admin) throws SQLException {
    Jdbc.execute(admin, "SELECT setval('gate', 1000000)");
  }

  private static boolean waitsAtGate(Connection admin) throws SQLException {
    return Jdbc.value(admin, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        .equals("1");
  }

  private static byte[] mutate(byte[] good, Random random) {
    byte[] packet = good.clone();
    switch (random.nextInt(4)) {
      case 0 -> packet = Arrays.copyOf(packet, random.nextInt(packet.length));
      case 1 -> packet = Arrays.copyOf(packet, packet.length + random.nextInt(2000));
      default -> {
        for (int n = random.nextInt(8); n >= 0; n--) {
          packet[random.nextInt(packet.length)] = (byte) random.nextInt(256);
        }
      }
    }
    return packet;
  }

  private static byte[] query(String sql) {
    byte[] text = (sql + "\0").getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(5 + text.length)
        .put((byte) 'Q')
        .putInt(4 + text.length)
        .put(text)
        .array();
  }

  private static byte[] header(char type, int length) {
    return ByteBuffer.allocate(5).put((byte) type).putInt(length).array();
  }

  private static RawClient direct() throws IOException {
    return RawClient.direct(cluster.port(), cluster.caCertificate(), "localhost", ALPN);
  }

  private static RawClient loggedIn() throws IOException {
    RawClient client = direct();
    client.login("admin", cluster.token("admin"));
    return client;
  }

  private static void assertHealthy(String after) throws Exception {
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      assertThat(Jdbc.value(connection, "SELECT 1")).as(after).isEqualTo("1");
    }
  }

  private static int sleepers(Connection admin) throws Exception {
    return Jdbc.column(
            admin,
            "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'")
        .size();
  }

  private static void assertNoBackendLeft() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Eventually.holds(
          "one backend, this one",
          () ->
              Jdbc.column(
                          admin,
                          "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'")
                      .size()
                  == 1);
    }
  }

  /** Linux only: elsewhere a constant. */
  private static int openFiles() {
    String[] files = new File("/proc/self/fd").list();
    return files == null ? 0 : files.length;
  }

  private static List<String> liveThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.isAlive() && !threadsBefore.contains(thread))
        .map(Thread::getName)
        .toList();
  }
}
