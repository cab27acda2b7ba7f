package io.github.dsqljava.benchmarks.peer;

import io.github.dsqljava.RetriesExhaustedException;
import io.github.dsqljava.benchmarks.load.Call;
import io.github.dsqljava.benchmarks.load.Operation;
import io.github.dsqljava.benchmarks.load.Outcome;
import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.vertx.BatchOptions;
import io.github.dsqljava.vertx.DsqlConnector;
import io.github.dsqljava.vertx.DsqlPool;
import io.github.dsqljava.vertx.PoolSettings;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** This project's connector: {@code DsqlPool}, {@code inTransaction}, {@code executeMany}. */
final class DsqlJavaPeer implements Peer {
  private static final Duration FILL_LIMIT = Duration.ofSeconds(60);

  private final VertxCallers callers = VertxCallers.start();

  @Override
  public PeerRound open(RoundSettings settings) {
    DsqlConnector connector =
        DsqlConnector.create(callers.vertx(), settings.target().config(settings.port()));
    LongAdder attempts = new LongAdder();
    Operation operation =
        settings.benchmark() == BenchmarkCase.CONNECT
            ? VertxOperations.connect(connector::connect)
            : operation(settings, fullPool(connector, settings), attempts);
    return new PeerRound(
        operation, callers.starter(), attempts, () -> VertxCallers.await(connector.close()));
  }

  private static DsqlPool fullPool(DsqlConnector connector, RoundSettings settings) {
    int connections = settings.connections();
    DsqlPool pool =
        connector.pool(
            PoolSettings.builder()
                .maxSize(connections)
                .minSize(connections)
                .conflictLane(settings.policy() == ConflictPolicy.OURS)
                .build());
    long giveUp = System.nanoTime() + FILL_LIMIT.toNanos();
    while (pool.stats().idle() < connections) {
      if (System.nanoTime() - giveUp > 0) {
        throw new IllegalStateException("The pool does not fill: " + pool.stats());
      }
      LockSupport.parkNanos(1_000_000);
    }
    return pool;
  }

  private Operation operation(RoundSettings settings, DsqlPool pool, LongAdder attempts) {
    return switch (settings.benchmark()) {
      case CONNECT -> throw new IllegalArgumentException("CONNECT has no pool");
      case POINT_SELECT -> VertxOperations.pointSelect(pool);
      case WRITE_TRANSACTION -> VertxOperations.writeTransaction(pool::inTransaction);
      case FIVE_STATEMENTS -> VertxOperations.fiveStatements(pool::inTransaction);
      case FIVE_DEPENDENT -> VertxOperations.fiveDependent(pool::inTransaction);
      case BATCH -> VertxOperations.batch(pool);
      case BATCH_TRANSACTION -> VertxOperations.of(call -> executeMany(pool, call));
      case HOT_ROW -> hotRow(settings.policy(), pool, attempts);
    };
  }

  private static Future<Outcome> executeMany(DsqlPool pool, Call call) {
    return pool.executeMany(Statements.EVENT, VertxOperations.events(call), BatchOptions.defaults())
        .map(
            result -> {
              Statements.expectRows(Statements.BATCH_ROWS, result.rowCount());
              return Outcome.DONE;
            });
  }

  private Operation hotRow(ConflictPolicy policy, DsqlPool pool, LongAdder attempts) {
    Function<SqlConnection, Future<Outcome>> work =
        connection -> {
          attempts.increment();
          return VertxOperations.increment(connection);
        };
    if (policy == ConflictPolicy.OURS || policy == ConflictPolicy.PAUSES) {
      return VertxOperations.of(
          call -> pool.inTransaction(work).recover(DsqlJavaPeer::outcomeOfConflict));
    }
    TransactionOptions once = TransactionOptions.builder().retryPolicy(RetryPolicy.off()).build();
    return VertxOperations.of(call -> official(policy, pool, once, work, call, 1));
  }

  /** The same transaction, run again as the official connectors would. */
  private Future<Outcome> official(
      ConflictPolicy policy,
      DsqlPool pool,
      TransactionOptions once,
      Function<SqlConnection, Future<Outcome>> work,
      Call call,
      int attempt) {
    return pool.inTransaction(once, work)
        .recover(DsqlJavaPeer::outcomeOfConflict)
        .compose(
            outcome -> {
              if (outcome == Outcome.DONE || attempt == ConflictPolicy.OFFICIAL_ATTEMPTS) {
                return Future.succeededFuture(outcome);
              }
              Promise<Outcome> next = Promise.promise();
              callers
                  .vertx()
                  .setTimer(
                      policy.pauseMillis(attempt, call.random()),
                      id -> official(policy, pool, once, work, call, attempt + 1).onComplete(next));
              return next.future();
            });
  }

  private static Future<Outcome> outcomeOfConflict(Throwable failure) {
    boolean conflict =
        failure instanceof RetriesExhaustedException
            // Of a transaction that is not run again, the server's error comes as it is.
            || (failure instanceof PgException error
                && Statements.SERIALIZATION_FAILURE.equals(error.getSqlState()));
    return conflict ? Future.succeededFuture(Outcome.GAVE_UP) : Future.failedFuture(failure);
  }

  @Override
  public void close() {
    callers.close();
  }
}
