package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.RetryKind;
import io.github.dsqljava.ServerError;
import io.github.dsqljava.spi.CommitErrors;
import io.vertx.core.Future;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.TransactionRollbackException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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
  public <T extends @Nullable Object> Future<AttemptOutcome<T>> run(
      boolean readOnly,
      Duration acquireTimeout,
      @Nullable Deadline deadline,
      Function<SqlConnection, Future<T>> work) {
    Attempt<T> attempt = new Attempt<>();
    Future<AttemptOutcome<T>> outcome =
        pool.getConnection()
            .compose(
                connection -> attempt.run(connection, readOnly, work),
                failure -> Future.succeededFuture(new AttemptOutcome.NotStarted<>(failure)));
    // Vert.x cannot take a connection out of its pool; it stays in use until the attempt ends.
    return deadline == null
        ? outcome
        : outcome
            .timeout(deadline.remainingMillis(), TimeUnit.MILLISECONDS)
            .recover(late -> Future.succeededFuture(attempt.timedOut()));
  }

  /** What has been decided about an attempt, by whoever came first. */
  private enum Decision {
    OPEN,
    COMMIT,
    GIVEN_UP
  }

  /** One attempt. */
  private static final class Attempt<T extends @Nullable Object> {
    private final AtomicReference<Decision> decision = new AtomicReference<>(Decision.OPEN);

    Future<AttemptOutcome<T>> run(
        SqlConnection connection, boolean readOnly, Function<SqlConnection, Future<T>> work) {
      if (decision.get() == Decision.GIVEN_UP) {
        return connection.close().map(closed -> new AttemptOutcome.TimedOut<>());
      }
      return connection
          .begin()
          .compose(
              transaction -> begun(connection, transaction, readOnly, work),
              failure -> Future.succeededFuture(failed(failure)))
          .eventually(connection::close);
    }

    /** After the deadline: what is still under way is rolled back when it ends. */
    AttemptOutcome<T> timedOut() {
      return decision.compareAndSet(Decision.OPEN, Decision.GIVEN_UP)
          ? new AttemptOutcome.TimedOut<>()
          : new AttemptOutcome.Unknown<>(
              "the deadline passed",
              new TimeoutException("No answer to COMMIT before the deadline"));
    }

    private Future<AttemptOutcome<T>> begun(
        SqlConnection connection,
        Transaction transaction,
        boolean readOnly,
        Function<SqlConnection, Future<T>> work) {
      Future<?> mode =
          readOnly
              ? connection.query("SET TRANSACTION READ ONLY").execute()
              : Future.succeededFuture();
      return mode.compose(ready -> call(connection, work))
          .compose(
              value ->
                  decision.compareAndSet(Decision.OPEN, Decision.COMMIT)
                      ? commit(transaction, value)
                      : rollBack(transaction, new TimeoutException("after the deadline")),
              failure -> rollBack(transaction, failure));
    }

    private Future<AttemptOutcome<T>> rollBack(Transaction transaction, Throwable failure) {
      return transaction.rollback().transform(done -> Future.succeededFuture(failed(failure)));
    }

    private Future<T> call(SqlConnection connection, Function<SqlConnection, Future<T>> work) {
      Future<T> result = work.apply(connection);
      return result != null
          ? result
          : Future.failedFuture(
              new NullPointerException(
                  "The function of inTransaction returned null, not a future"));
    }

    private Future<AttemptOutcome<T>> commit(Transaction transaction, T value) {
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
