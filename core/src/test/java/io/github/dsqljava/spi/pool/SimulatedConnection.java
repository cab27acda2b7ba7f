package io.github.dsqljava.spi.pool;

import io.github.dsqljava.pool.PoolPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A connection to a {@link SimulatedCluster}. Whoever has it says when it uses it. */
final class SimulatedConnection {

  final int number;
  final @Nullable Object preference;
  final Runnable lost;

  private final SimulatedCluster cluster;
  private final Duration acceptedAt;
  private boolean delivered;
  private boolean inUse;
  private boolean inTransaction;
  private boolean cut;
  private boolean closed;
  private boolean aborted;

  SimulatedConnection(
      int number, @Nullable Object preference, Runnable lost, SimulatedCluster cluster) {
    this.number = number;
    this.preference = preference;
    this.lost = lost;
    this.cluster = cluster;
    this.acceptedAt = cluster.time.elapsed();
  }

  /** Since the service accepted it. */
  Duration age() {
    return cluster.time.elapsed().minus(acceptedAt);
  }

  /** Whether the pool has neither closed nor aborted it. */
  boolean isOpen() {
    return !closed;
  }

  boolean isCut() {
    return cut;
  }

  boolean isAborted() {
    return aborted;
  }

  /** The pool has got it. */
  void deliver() {
    delivered = true;
    cluster.held++;
  }

  /** Somebody has got it from the pool. */
  void take() {
    cluster.check(!inUse, this, "is in two hands");
    cluster.check(!closed, this, "is handed out after it was closed");
    cluster.check(age().compareTo(PoolPolicy.LONGEST_LIFETIME) < 0, this, "is handed out too late");
    inUse = true;
  }

  void begin() {
    cluster.check(inUse && !closed, this, "is used by somebody who has it not");
    inTransaction = true;
  }

  void end() {
    inTransaction = false;
  }

  /** Whoever has it is about to give it back. */
  void give() {
    inUse = false;
    inTransaction = false;
  }

  /** The server ends it. */
  void cut() {
    if (closed || cut) {
      return;
    }
    cut = true;
    cluster.open--;
    if (inTransaction) {
      cluster.transactionsCut++;
    }
    lost.run();
  }

  void close() {
    cluster.check(!closed, this, "is closed twice");
    cluster.check(!inUse, this, "is closed while it is used");
    gone();
  }

  void abort() {
    cluster.check(!closed, this, "is aborted after it was closed");
    if (inTransaction) {
      cluster.transactionsAborted++;
    }
    aborted = true;
    gone();
  }

  private void gone() {
    closed = true;
    cluster.check(delivered, this, "is closed before it was opened");
    cluster.held--;
    if (!cut) {
      cluster.open--;
    }
  }

  @Override
  public String toString() {
    return "connection " + number;
  }
}
