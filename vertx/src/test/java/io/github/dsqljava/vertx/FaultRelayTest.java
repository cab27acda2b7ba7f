package io.github.dsqljava.vertx;

import static io.github.dsqljava.testsupport.FaultRelay.ANY_CONNECTION;
import static io.github.dsqljava.testsupport.FaultRelay.Direction.CLIENT_TO_SERVER;
import static io.github.dsqljava.testsupport.FaultRelay.Direction.SERVER_TO_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.testsupport.FaultRelay;
import io.github.dsqljava.testsupport.FaultRelay.Direction;
import io.github.dsqljava.testsupport.FaultRelay.Fault;
import io.github.dsqljava.testsupport.FaultRelay.Strike;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The relay between plain sockets. */
@Timeout(60)
@SuppressWarnings("InterruptedExceptionSwallowed") // a test may throw anything; JUnit takes it
class FaultRelayTest {
  private static final int READ_LIMIT_MILLIS = 20_000;

  private ServerSocket server;
  private FaultRelay relay;
  private final List<Ends> all = new ArrayList<>();

  /** A connection through the relay, seen from both sides. */
  private record Ends(Socket client, Socket server) {
    Socket sender(Direction direction) {
      return direction == CLIENT_TO_SERVER ? client : server;
    }

    Socket receiver(Direction direction) {
      return direction == CLIENT_TO_SERVER ? server : client;
    }

    /** Client asks, server answers. */
    void exchange(String question, String answer) throws IOException {
      write(client, question);
      assertThat(read(server, question.length())).isEqualTo(question);
      write(server, answer);
      assertThat(read(client, answer.length())).isEqualTo(answer);
    }

    void close() throws IOException {
      client.close();
      server.close();
    }
  }

  @BeforeEach
  void start() throws Exception {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    server.setSoTimeout(READ_LIMIT_MILLIS);
    relay = FaultRelay.start(server.getLocalPort());
  }

  @AfterEach
  void stop() throws Exception {
    for (Ends ends : all) {
      ends.close();
    }
    relay.close();
    server.close();
    assertThat(relay.openEnds()).isZero();
    eventually(
        "its thread has ended",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("fault-relay")));
  }

  // Without a fault

  @Test
  void bytes_passBothWaysUnchanged() throws Exception {
    byte[] bytes = new byte[3_000_000];
    new Random(1).nextBytes(bytes);
    Ends ends = connect();
    for (Direction direction : Direction.values()) {
      Thread writer = inBackground(() -> ends.sender(direction).getOutputStream().write(bytes));
      assertThat(ends.receiver(direction).getInputStream().readNBytes(bytes.length))
          .isEqualTo(bytes);
      writer.join();
    }
  }

  @ParameterizedTest
  @EnumSource(Direction.class)
  void endOfStream_passesAndLeavesTheOtherDirectionOpen(Direction direction) throws Exception {
    Ends ends = connect();
    write(ends.sender(direction), "last");
    ends.sender(direction).shutdownOutput();
    assertThat(ends.receiver(direction).getInputStream().readAllBytes())
        .asString()
        .isEqualTo("last");
    write(ends.receiver(direction), "answer");
    ends.receiver(direction).shutdownOutput();
    assertThat(ends.sender(direction).getInputStream().readAllBytes())
        .asString()
        .isEqualTo("answer");
    eventually("both ends closed", () -> relay.openEnds() == 0);
  }

  @ParameterizedTest
  @EnumSource(Direction.class)
  void reset_passes(Direction direction) throws Exception {
    Ends ends = connect();
    ends.exchange("one", "two"); // or else the relay may not be connected yet
    ends.sender(direction).setSoLinger(true, 0);
    ends.sender(direction).close();
    assertReset(ends.receiver(direction));
    eventually("both ends closed", () -> relay.openEnds() == 0);
  }

  @ParameterizedTest
  @EnumSource(Direction.class)
  void receiverThatDoesNotRead_stopsTheSender(Direction direction) throws Exception {
    Ends ends = connect();
    byte[] piece = new byte[1 << 20];
    AtomicLong written = new AtomicLong();
    inBackground(
        () -> {
          for (int i = 0; i < 200; i++) {
            ends.sender(direction).getOutputStream().write(piece);
            written.incrementAndGet();
          }
        });
    long[] seen = {-1, 0};
    eventually(
        "the sender is stopped, without a step for 200 looks",
        () -> {
          seen[1] = written.get() == seen[0] ? seen[1] + 1 : 0;
          seen[0] = written.get();
          return seen[1] == 200;
        });
    assertThat(written.get()).as("MB taken from 200 MB").isLessThan(100);
  }

  @Test
  void serverThatDoesNotListen_closesTheClient() throws Exception {
    server.close();
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), relay.port())) {
      client.setSoTimeout(READ_LIMIT_MILLIS);
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  // Faults

  @ParameterizedTest
  @EnumSource(Direction.class)
  void cut_bothEndsSeeTheEndAndNothingOfTheChunk(Direction direction) throws Exception {
    Ends ends = connect();
    ends.exchange("one", "two");
    CompletableFuture<Strike> struck = relay.armNext(new Fault.Cut(), direction);
    assertThat(struck).isNotDone();
    write(ends.sender(direction), "three");
    assertThat(get(struck))
        .isEqualTo(
            new Strike(new Fault.Cut(), direction, 1, direction == CLIENT_TO_SERVER ? 2 : 1, 5));
    assertThat(ends.client.getInputStream().read()).isEqualTo(-1);
    assertThat(ends.server.getInputStream().read()).isEqualTo(-1);
    write(ends.client, "not a reset");
    ends.close();
    eventually("both ends closed", () -> relay.openEnds() == 0);
    assertThat(relay.strikes()).isEqualTo(1);
  }

  @Test
  void cut_ofTheAnswer_serverHasTheRequest() throws Exception {
    Ends ends = connect();
    ends.exchange("BEGIN", "ok");
    CompletableFuture<Strike> struck = relay.armNext(new Fault.Cut(), SERVER_TO_CLIENT);
    write(ends.client, "COMMIT");
    assertThat(read(ends.server, 6)).isEqualTo("COMMIT");
    assertThat(struck).isNotDone();
    write(ends.server, "done");
    assertThat(ends.client.getInputStream().read()).isEqualTo(-1);
    assertThat(get(struck).flight()).isEqualTo(2);
  }

  @Test
  void cut_ofAConnectionThatIsHalfClosed_endsIt() throws Exception {
    Ends ends = connect();
    ends.client.shutdownOutput();
    assertThat(ends.server.getInputStream().read()).isEqualTo(-1);
    CompletableFuture<Strike> struck = relay.armNext(new Fault.Cut(), SERVER_TO_CLIENT);
    write(ends.server, "answer");
    assertThat(ends.client.getInputStream().read()).isEqualTo(-1);
    get(struck);
    ends.server.close();
    eventually("both ends closed", () -> relay.openEnds() == 0);
  }

  @ParameterizedTest
  @EnumSource(Direction.class)
  void reset_bothEndsSeeIt(Direction direction) throws Exception {
    Ends ends = connect();
    ends.exchange("one", "two");
    CompletableFuture<Strike> struck = relay.armNext(new Fault.Reset(), direction);
    write(ends.sender(direction), "three");
    get(struck);
    assertReset(ends.client);
    assertReset(ends.server);
    eventually("both ends closed", () -> relay.openEnds() == 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4, 5, 100})
  void halfWrite_passesTheBeginAndCuts(int bytes) throws Exception {
    for (Direction direction : Direction.values()) {
      Ends ends = connect();
      CompletableFuture<Strike> struck = relay.armNext(new Fault.HalfWrite(bytes), direction);
      write(ends.sender(direction), "12345");
      assertThat(get(struck).bytes()).isEqualTo(5);
      assertThat(ends.receiver(direction).getInputStream().readAllBytes())
          .asString()
          .isEqualTo("12345".substring(0, Math.min(bytes, 5)));
      assertThat(ends.sender(direction).getInputStream().read()).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @EnumSource(Direction.class)
  void stall_holdsOneDirectionUntilResume(Direction direction) throws Exception {
    Ends ends = connect();
    CompletableFuture<Strike> struck = relay.armNext(new Fault.Stall(), direction);
    write(ends.sender(direction), "held");
    get(struck);
    write(ends.sender(direction), ", and what follows");
    assertThat(ends.receiver(direction).getInputStream().available()).isZero();
    write(ends.receiver(direction), "the other way");
    assertThat(read(ends.sender(direction), 13)).isEqualTo("the other way");
    assertThat(ends.receiver(direction).getInputStream().available()).isZero();
    relay.resume();
    assertThat(read(ends.receiver(direction), 22)).isEqualTo("held, and what follows");
    ends.exchange("all", "well");
  }

  @Test
  void stall_endsWithTheRelay() throws Exception {
    Ends ends = connect();
    CompletableFuture<Strike> struck = relay.armNext(new Fault.Stall(), CLIENT_TO_SERVER);
    write(ends.client, "held");
    get(struck);
    relay.close();
    assertThat(relay.openEnds()).isZero();
    assertThat(ends.server.getInputStream().read()).isEqualTo(-1);
  }

  // Points

  @ParameterizedTest
  @EnumSource(Direction.class)
  void armAt_flightOfAConnection_strikesThereOnly(Direction direction) throws Exception {
    CompletableFuture<Strike> struck = relay.armAt(new Fault.Cut(), direction, 2, 3);
    Ends first = connect();
    Ends second = connect();
    for (int flight = 1; flight <= 2; flight++) {
      first.exchange("question", "answer");
      second.exchange("question", "answer");
    }
    first.exchange("question", "answer");
    assertThat(struck).isNotDone();
    write(second.client, "question");
    if (direction == SERVER_TO_CLIENT) {
      assertThat(read(second.server, 8)).isEqualTo("question");
      write(second.server, "answer");
    }
    assertThat(second.client.getInputStream().read()).isEqualTo(-1);
    assertThat(get(struck)).extracting(Strike::connection, Strike::flight).containsExactly(2, 3);
    first.exchange("question", "answer");
    assertThat(relay.connections()).isEqualTo(2);
  }

  @Test
  void armAt_chunksOfOneFlight_countAsOne() throws Exception {
    CompletableFuture<Strike> struck =
        relay.armAt(new Fault.Cut(), CLIENT_TO_SERVER, ANY_CONNECTION, 2);
    Ends ends = connect();
    for (String chunk : List.of("a", "b", "c")) {
      write(ends.client, chunk);
      assertThat(read(ends.server, 1)).isEqualTo(chunk);
    }
    for (String chunk : List.of("x", "y")) {
      write(ends.server, chunk);
      assertThat(read(ends.client, 1)).isEqualTo(chunk);
    }
    assertThat(struck).isNotDone();
    write(ends.client, "d");
    assertThat(get(struck).flight()).isEqualTo(2);
  }

  @Test
  void armNext_several_strikeOneAfterTheOther() throws Exception {
    CompletableFuture<Strike> first = relay.armNext(new Fault.HalfWrite(1), CLIENT_TO_SERVER);
    CompletableFuture<Strike> second = relay.armNext(new Fault.HalfWrite(2), CLIENT_TO_SERVER);
    for (int i = 1; i <= 2; i++) {
      Ends ends = connect();
      write(ends.client, "12345");
      assertThat(ends.server.getInputStream().readAllBytes()).hasSize(i);
    }
    assertThat(List.of(get(first).connection(), get(second).connection())).containsExactly(1, 2);
    connect().exchange("all", "well");
  }

  @Test
  void disarm_forgets() throws Exception {
    CompletableFuture<Strike> struck = relay.armNext(new Fault.Reset(), CLIENT_TO_SERVER);
    relay.disarm();
    connect().exchange("all", "well");
    assertThatThrownBy(struck::join).isInstanceOf(CancellationException.class);
    assertThat(relay.strikes()).isZero();
  }

  @Test
  void arguments_thatCannotBe_areRefused() {
    assertThatThrownBy(() -> new Fault.HalfWrite(-1)).hasMessageContaining("-1");
    assertThatThrownBy(() -> relay.armAt(new Fault.Cut(), CLIENT_TO_SERVER, 1, 0))
        .hasMessageContaining("flight is 0");
  }

  // Chance

  @Test
  void random_sameSeed_sameFaults() throws Exception {
    assertThat(randomRun(5)).isEqualTo(randomRun(5)).isNotEqualTo(randomRun(6));
  }

  /** How many exchanges each of twenty connections lasted. */
  private List<Integer> randomRun(long seed) throws Exception {
    relay.startRandom(0.2, List.of(new Fault.Cut(), new Fault.Reset()), seed);
    List<Integer> lasted = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      lasted.add(exchangesUntilHarmed(connect()));
    }
    relay.stopRandom();
    return lasted;
  }

  private static int exchangesUntilHarmed(Ends ends) throws IOException {
    for (int exchanges = 0; ; exchanges++) {
      try {
        write(ends.client, "q");
        if (ends.server.getInputStream().read() < 0) {
          return exchanges;
        }
        write(ends.server, "a");
        if (ends.client.getInputStream().read() < 0) {
          return exchanges;
        }
      } catch (SocketException e) {
        return exchanges;
      }
    }
  }

  @Test
  void random_stopped_harmsNothing() throws Exception {
    relay.startRandom(1, List.of(new Fault.Cut()), 1);
    assertThat(exchangesUntilHarmed(connect())).isZero();
    relay.startRandom(0, List.of(new Fault.Cut()), 1);
    Ends ends = connect();
    ends.exchange("all", "well");
    relay.startRandom(1, List.of(new Fault.Cut()), 1);
    relay.stopRandom();
    ends.exchange("all", "well");
    assertThat(relay.strikes()).isEqualTo(1);
  }

  // End

  @Test
  void close_closesEverythingOnce() throws Exception {
    CompletableFuture<Strike> struck = relay.armNext(new Fault.Cut(), SERVER_TO_CLIENT);
    Ends ends = connect();
    assertThat(relay.openEnds()).isEqualTo(2);
    relay.close();
    relay.close();
    assertThat(ends.client.getInputStream().read()).isEqualTo(-1);
    assertThat(ends.server.getInputStream().read()).isEqualTo(-1);
    assertThat(struck).isCancelled();
    assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), relay.port()).close())
        .isInstanceOf(IOException.class);
  }

  private Ends connect() throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), relay.port());
    Socket accepted = server.accept();
    Ends ends = new Ends(client, accepted);
    all.add(ends);
    for (Socket end : List.of(client, accepted)) {
      end.setSoTimeout(READ_LIMIT_MILLIS);
      end.setTcpNoDelay(true);
    }
    return ends;
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String read(Socket socket, int length) throws IOException {
    return new String(socket.getInputStream().readNBytes(length), StandardCharsets.US_ASCII);
  }

  private static void assertReset(Socket socket) {
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(READ_LIMIT_MILLIS, TimeUnit.MILLISECONDS);
  }

  private interface Action {
    void run() throws IOException;
  }

  /** A thread that the end of its sockets will stop. */
  private static Thread inBackground(Action action) {
    Thread thread =
        new Thread(
            () -> {
              try {
                action.run();
              } catch (SocketException e) {
                // closed at the end of the test
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void eventually(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(READ_LIMIT_MILLIS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not in time: " + what);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
