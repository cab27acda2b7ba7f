package io.github.dsqljava.spi.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The service in virtual time: it cuts connections at 60 minutes, refuses what comes faster than
 * 100 a second and 1,000 at once, and writes down what nobody may do to a connection.
 */
final class SimulatedCluster {

  private static final Duration LIFETIME = Duration.ofMinutes(60);
  private static final long TOKEN = Duration.ofSeconds(1).dividedBy(100).toNanos();
  private static final long FULL = 1_000 * TOKEN;
  private static final int MOST = 10_000;

  final VirtualScheduler time;
  final List<SimulatedConnection> accepted = new ArrayList<>();
  final List<String> faults = new ArrayList<>();
  int open;

  /** Connections that a pool was given and has not closed, lost ones included. */
  int held;

  int rejected;
  int transactionsCut;
  int transactionsAborted;

  /** What every attempt is answered with meanwhile. */
  @Nullable Throwable refusal;

  private long credit = FULL;
  private long creditAt;

  SimulatedCluster(VirtualScheduler time) {
    this.time = time;
  }

  /** Lets one more connection in, or says why not. */
  @Nullable Throwable admit() {
    long now = time.elapsed().toNanos();
    credit = Math.min(FULL, credit + now - creditAt);
    creditAt = now;
    if (credit < TOKEN) {
      rejected++;
      return Failures.server("53400", "Unable to accept connection, rate exceeded.");
    }
    credit -= TOKEN;
    if (refusal != null) {
      return refusal;
    }
    return open < MOST
        ? null
        : Failures.server("53300", "Unable to accept connection, too many open connections.");
  }

  SimulatedConnection accept(@Nullable Object preference, Runnable lost) {
    SimulatedConnection connection =
        new SimulatedConnection(accepted.size(), preference, lost, this);
    accepted.add(connection);
    open++;
    time.schedule(LIFETIME, connection::cut);
    return connection;
  }

  /** Ends all connections at once. */
  void cutAll() {
    List.copyOf(accepted).forEach(SimulatedConnection::cut);
  }

  /** Those that no pool has closed, lost ones included. */
  List<SimulatedConnection> notClosed() {
    return accepted.stream().filter(SimulatedConnection::isOpen).toList();
  }

  void check(boolean condition, SimulatedConnection connection, String fault) {
    if (!condition) {
      faults.add(connection + " " + fault + " at " + time.elapsed());
    }
  }

  void assertNoFaults() {
    assertThat(faults).isEmpty();
  }
}
