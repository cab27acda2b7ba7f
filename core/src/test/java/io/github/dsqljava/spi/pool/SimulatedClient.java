package io.github.dsqljava.spi.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A program that takes a connection, runs a transaction on it, gives it back, and begins anew. */
final class SimulatedClient {

  /** What became of the requests of all clients of a test. */
  static final class Ledger {
    final List<Throwable> failures = new ArrayList<>();
    int done;
    int cut;
    Duration longestWait = Duration.ZERO;

    /** What is to happen when a request is done. */
    Runnable whenDone = () -> {};
  }

  private final VirtualScheduler time;
  private final AsyncPool<SimulatedConnection> pool;
  private final Ledger ledger;
  private final Supplier<Duration> transaction;
  private final Supplier<@Nullable Duration> pause;

  /**
   * Makes one that does nothing yet.
   *
   * @param transaction how long one takes
   * @param pause how long it is to the next one; null ends it
   */
  SimulatedClient(
      VirtualScheduler time,
      AsyncPool<SimulatedConnection> pool,
      Ledger ledger,
      Supplier<Duration> transaction,
      Supplier<@Nullable Duration> pause) {
    this.time = time;
    this.pool = pool;
    this.ledger = ledger;
    this.transaction = transaction;
    this.pause = pause;
  }

  void request() {
    Duration asked = time.elapsed();
    var unused =
        pool.acquire(null, pool.policy().acquireTimeout())
            .whenComplete(
                (lease, failure) -> {
                  Duration waited = time.elapsed().minus(asked);
                  if (waited.compareTo(ledger.longestWait) > 0) {
                    ledger.longestWait = waited;
                  }
                  if (failure != null) {
                    ledger.failures.add(failure);
                    again();
                  } else {
                    use(lease);
                  }
                });
  }

  private void use(Lease<SimulatedConnection> lease) {
    SimulatedConnection connection = lease.connection();
    connection.take();
    connection.begin();
    time.schedule(
        transaction.get(),
        () -> {
          connection.end();
          connection.give();
          if (connection.isCut()) {
            ledger.cut++;
            lease.discard();
          } else {
            lease.release();
          }
          ledger.done++;
          ledger.whenDone.run();
          again();
        });
  }

  private void again() {
    Duration next = pause.get();
    if (next != null) {
      time.schedule(next, this::request);
    }
  }
}
