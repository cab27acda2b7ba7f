package io.github.dsqljava.spi.pool;

import java.io.EOFException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to a {@link SimulatedCluster}. The cluster hears of an attempt at once; the
 * outcome comes after {@link #openTime}, or in the call itself when that is zero.
 */
final class SimulatedSource implements ConnectionSource<SimulatedConnection> {

  private final SimulatedCluster cluster;
  private final Deque<Throwable> nextFailures = new ArrayDeque<>();

  Supplier<Duration> openTime = () -> Duration.ofMillis(100);

  /** The outcome of an attempt that no script decides: null, or why it fails. */
  Supplier<@Nullable Throwable> outcome = () -> null;

  /** Whether a connection is found alive, and how long it takes to find out. */
  Predicate<SimulatedConnection> checkOutcome = connection -> !connection.isCut();

  Duration checkTime = Duration.ZERO;
  final List<SimulatedConnection> checks = new ArrayList<>();

  int attempts;
  int opening;
  int mostOpening;

  SimulatedSource(SimulatedCluster cluster) {
    this.cluster = cluster;
  }

  /** The next attempts fail so, in this order. */
  void failNext(Throwable... failures) {
    nextFailures.addAll(List.of(failures));
  }

  @Override
  public CompletionStage<SimulatedConnection> open(@Nullable Object preference, Runnable lost) {
    attempts++;
    mostOpening = Math.max(mostOpening, ++opening);
    Throwable refused = cluster.admit();
    Throwable failure = nextFailures.isEmpty() ? outcome.get() : nextFailures.remove();
    SimulatedConnection connection =
        refused == null && failure == null ? cluster.accept(preference, lost) : null;
    CompletableFuture<SimulatedConnection> result = new CompletableFuture<>();
    Duration delay = openTime.get();
    Runnable end =
        () -> {
          opening--;
          if (connection != null) {
            connection.deliver();
            result.complete(connection);
          } else {
            result.completeExceptionally(refused != null ? refused : failure);
          }
        };
    if (delay.isZero()) {
      end.run();
    } else {
      cluster.time.schedule(delay, end);
    }
    return result;
  }

  @Override
  public boolean suits(SimulatedConnection connection, Object preference) {
    return preference.equals(connection.preference);
  }

  @Override
  public CompletionStage<Void> check(SimulatedConnection connection) {
    checks.add(connection);
    connection.take();
    CompletableFuture<Void> result = new CompletableFuture<>();
    Runnable end =
        () -> {
          connection.give();
          if (checkOutcome.test(connection)) {
            result.complete(null);
          } else {
            result.completeExceptionally(new EOFException("dead"));
          }
        };
    if (checkTime.isZero()) {
      end.run();
    } else {
      cluster.time.schedule(checkTime, end);
    }
    return result;
  }

  @Override
  public CompletionStage<Void> close(SimulatedConnection connection) {
    connection.close();
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Void> abort(SimulatedConnection connection) {
    connection.abort();
    return CompletableFuture.completedFuture(null);
  }
}
