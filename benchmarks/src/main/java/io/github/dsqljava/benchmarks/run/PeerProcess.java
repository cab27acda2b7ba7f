package io.github.dsqljava.benchmarks.run;

import io.github.dsqljava.benchmarks.cluster.Addresses;
import io.github.dsqljava.benchmarks.load.LoadDriver;
import io.github.dsqljava.benchmarks.load.LoadPlan;
import io.github.dsqljava.benchmarks.load.LoadResult;
import io.github.dsqljava.benchmarks.load.Operation;
import io.github.dsqljava.benchmarks.peer.BenchmarkCase;
import io.github.dsqljava.benchmarks.peer.ConflictPolicy;
import io.github.dsqljava.benchmarks.peer.PeerKind;
import io.github.dsqljava.benchmarks.peer.PeerRound;
import io.github.dsqljava.benchmarks.result.ColdResult;
import io.github.dsqljava.benchmarks.result.MemoryResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One peer in a process of its own, so that peers share neither the JIT compiler's profiles nor a
 * heap. It executes the commands on its standard input, line by line, and ends with that input.
 */
public final class PeerProcess {
  static final String ROUND = "round";
  static final String MEMORY = "memory";
  static final String COLD = "cold";
  static final String OK = "ok ";
  static final String FAILED = "failed ";

  private static final Duration NONE = Duration.ZERO;
  private static final Logger HIKARI = Logger.getLogger("com.zaxxer.hikari");

  private final PeerKind kind;
  private final Addresses addresses;

  private PeerProcess(PeerKind kind, Addresses addresses) {
    this.kind = kind;
    this.addresses = addresses;
  }

  /**
   * Reads the {@link Addresses} and then commands.
   *
   * @param arguments the id of the peer
   */
  public static void main(String[] arguments) throws IOException {
    HIKARI.setLevel(Level.WARNING); // it announces each pool
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String first = in.readLine();
    if (first != null) {
      new PeerProcess(PeerKind.ofId(arguments[0]), Addresses.ofLine(first)).serve(in);
    }
    System.exit(0); // whatever threads a peer has left
  }

  private void serve(BufferedReader in) throws IOException {
    String first = in.readLine();
    if (first == null) {
      return;
    }
    if (first.startsWith(COLD)) {
      answer(() -> cold(argument(first, COLD)).toLine());
      return;
    }
    if (first.startsWith(MEMORY)) {
      answer(() -> memory(argument(first, MEMORY)).toLine());
      return;
    }
    try (PeerRunner runner = new PeerRunner(kind, addresses)) {
      for (String line = first; line != null; line = in.readLine()) {
        String request = line.substring(ROUND.length() + 1);
        answer(() -> runner.run(RoundRequest.ofLine(request)).toLine());
      }
    }
  }

  private static int argument(String line, String command) {
    return Integer.parseInt(line.substring(command.length() + 1));
  }

  /** Computes the line of an answer. */
  @FunctionalInterface
  private interface Answer {
    String line() throws Exception;
  }

  private static void answer(Answer answer) throws IOException {
    String line;
    try {
      line = OK + answer.line();
    } catch (Exception e) {
      e.printStackTrace();
      line = FAILED + String.valueOf(e.getMessage()).replace('\n', ' ');
    }
    System.out.println(line);
  }

  private static RoundRequest pointSelect(int roundTripMillis, int connections, Duration measured) {
    return new RoundRequest(
        BenchmarkCase.POINT_SELECT,
        ConflictPolicy.OURS,
        roundTripMillis,
        connections,
        connections,
        NONE,
        measured,
        /* seed= */ 1);
  }

  private ColdResult cold(int roundTripMillis) throws InterruptedException {
    long begin = System.nanoTime();
    try (PeerRunner runner = new PeerRunner(kind, addresses);
        PeerRound round = runner.open(pointSelect(roundTripMillis, 1, NONE))) {
      long open = System.nanoTime();
      once(round);
      long first = System.nanoTime();
      once(round);
      long second = System.nanoTime() - first;
      long classes = ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount();
      return new ColdResult(open - begin, first - begin, second, classes);
    }
  }

  /** With a measured time of zero, the caller executes once. */
  private static void once(PeerRound round) throws InterruptedException {
    Operation operation = round.operation();
    LoadResult unused =
        LoadDriver.run(
            new LoadPlan(1, NONE, NONE, /* seed= */ 1), round.starter(), operation, () -> 0);
  }

  private MemoryResult memory(int connections) throws InterruptedException {
    Duration use = Duration.ofSeconds(2);
    RoundRequest one = pointSelect(/* roundTripMillis= */ 0, 1, use);
    RoundRequest many = pointSelect(/* roundTripMillis= */ 0, connections, use);
    try (PeerRunner runner = new PeerRunner(kind, addresses);
        PeerRound first = runner.open(one)) {
      use(first, one);
      var unused = MemoryUse.now(); // loads what looking needs
      MemoryUse before = MemoryUse.now();
      try (PeerRound second = runner.open(many)) {
        use(second, many);
        MemoryUse after = MemoryUse.now();
        return new MemoryResult(
            before.heap(),
            before.direct(),
            after.heap() - before.heap(),
            after.direct() - before.direct());
      }
    }
  }

  private static void use(PeerRound round, RoundRequest request) throws InterruptedException {
    LoadResult result = LoadDriver.run(request.plan(), round.starter(), round.operation(), () -> 0);
    if (result.done() == 0) {
      throw new IllegalStateException("Nothing was done");
    }
  }
}
