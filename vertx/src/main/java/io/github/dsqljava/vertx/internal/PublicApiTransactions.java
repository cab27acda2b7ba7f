package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.ServerError;
import io.github.dsqljava.retry.CommitErrors;
import io.github.dsqljava.retry.RetryKind;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.TransactionRollbackException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * Attempts at transactions with Vert.x's public API only. BEGIN is waited for, as there is no other
 * way to be sure that nothing runs without it; whatever may have become of a COMMIT without an
 * answer is unknown; an error that the function swallows is lost, because Vert.x loses it.
 */
public final class PublicApiTransactions implements TransactionAttempts {
  private final Pool pool;

  /** On a pool of Vert.x's. */
  public PublicApiTransactions(Pool pool) {
    this.pool = pool;
  }

  @Override
  public <T> Future<AttemptOutcome<T>> run(
      boolean readOnly,
      Duration acquireTimeout,
      Duration deadline,
      Function<SqlConnection, Future<T>> work) {
    Future<AttemptOutcome<T>> outcome =
        pool.getConnection()
            .compose(
                connection -> new Attempt<T>(connection).run(readOnly, deadline, work),
                failure -> Future.succeededFuture(new AttemptOutcome.NotStarted<>(failure)));
    return outcome;
  }

  /** One attempt. */
  private static final class Attempt<T> {
    private final SqlConnection connection;
    private final AtomicBoolean commitSent = new AtomicBoolean();

    Attempt(SqlConnection connection) {
      this.connection = connection;
    }

    Future<AttemptOutcome<T>> run(
        boolean readOnly, Duration deadline, Function<SqlConnection, Future<T>> work) {
      Promise<AttemptOutcome<T>> result = Promise.promise();
      Future<AttemptOutcome<T>> attempt =
          connection
              .begin()
              .compose(
                  transaction -> begun(transaction, readOnly, work),
                  failure -> Future.succeededFuture(failed(failure)));
      attempt.onComplete(
          ended -> {
            connection.close().onComplete(closed -> result.tryComplete(ended.result()));
          });
      if (!deadline.isZero()) {
        // Vert.x cannot take a connection out of its pool; it stays in use until the attempt ends.
        Future<AttemptOutcome<T>> limited =
            result
                .future()
                .timeout(Math.max(1, deadline.toMillis()), TimeUnit.MILLISECONDS)
                .recover(late -> Future.succeededFuture(timedOut()));
        return limited;
      }
      return result.future();
    }

    private AttemptOutcome<T> timedOut() {
      return commitSent.get()
          ? new AttemptOutcome.Unknown<>(
              "the deadline passed",
              new TimeoutException("No answer to COMMIT before the deadline"))
          : new AttemptOutcome.TimedOut<>();
    }

    private Future<AttemptOutcome<T>> begun(
        Transaction transaction, boolean readOnly, Function<SqlConnection, Future<T>> work) {
      Future<?> mode =
          readOnly
              ? connection.query("SET TRANSACTION READ ONLY").execute()
              : Future.succeededFuture();
      return mode.compose(ready -> call(work))
          .compose(
              value -> commit(transaction, value),
              failure ->
                  transaction
                      .rollback()
                      .transform(done -> Future.succeededFuture(failed(failure))));
    }

    private Future<T> call(Function<SqlConnection, Future<T>> work) {
      Future<T> result = work.apply(connection);
      return result != null
          ? result
          : Future.failedFuture(
              new NullPointerException(
                  "The function of inTransaction returned null, not a future"));
    }

    private Future<AttemptOutcome<T>> commit(Transaction transaction, T value) {
      commitSent.set(true);
      return transaction
          .commit()
          .transform(
              done ->
                  Future.succeededFuture(
                      done.succeeded()
                          ? new AttemptOutcome.Committed<>(value)
                          : notCommitted(done.cause())));
    }

    private AttemptOutcome<T> notCommitted(Throwable failure) {
      if (failure instanceof TransactionRollbackException) {
        return new AttemptOutcome.Failed<>(failure, null);
      }
      Optional<ServerError> answer = DriverErrors.serverError(failure);
      if (answer.isEmpty()) {
        return new AttemptOutcome.Unknown<>("the connection was lost", failure);
      }
      return CommitErrors.leaveOutcomeUnknown(answer.get())
          ? new AttemptOutcome.Unknown<>("the server answered " + answer.get(), failure)
          : new AttemptOutcome.Failed<>(failure, RetryKind.of(answer.get()).orElse(null));
    }

    private AttemptOutcome<T> failed(Throwable failure) {
      Optional<RetryKind> kind = DriverErrors.retryKind(failure);
      if (kind.isEmpty() && failure instanceof ClosedConnectionException) {
        kind = Optional.of(RetryKind.CONNECTION);
      }
      return new AttemptOutcome.Failed<>(failure, kind.orElse(null));
    }
  }
}
