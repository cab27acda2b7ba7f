package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.ClosedException;
import io.github.dsqljava.NestedTransactionException;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.ServerError;
import io.github.dsqljava.TransactionRolledBackException;
import io.github.dsqljava.spi.AttemptOutcome;
import io.github.dsqljava.spi.CommitErrors;
import io.github.dsqljava.spi.StaleSign;
import io.github.dsqljava.spi.TransactionText;
import io.github.dsqljava.spi.pool.Lease;
import io.vertx.core.Completable;
import io.vertx.core.internal.VertxInternal;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.internal.command.CommandBase;
import io.vertx.sqlclient.internal.command.CompositeCommand;
import io.vertx.sqlclient.internal.command.PrepareStatementCommand;
import io.vertx.sqlclient.internal.command.QueryCommandBase;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A pooled connection during one attempt at a transaction. It sends BEGIN with the first statement,
 * remembers the first error, and at the end reports what is certain about the outcome.
 *
 * <p>A transaction without a statement costs nothing. Safe to use from several threads; the state
 * changes on the connection's event loop.
 *
 * @param <T> the type of the function's result
 */
final class TransactionalConnection<T extends @Nullable Object> extends LeasedConnection {

  private final String begin;
  private final Consumer<EndedAttempt<T>> ended;

  // The following fields belong to the connection's event loop.
  private boolean begun;
  private boolean ending;
  private boolean commitSent;
  private boolean done;
  private @Nullable Throwable beginFailure;
  private boolean inTransaction;
  private @Nullable PgException firstError;
  private @Nullable Throwable loss;

  /** The first failure's sign about the connection's prepared statements. */
  private Optional<StaleSign> firstSign = Optional.empty();

  /** The number of statements without an answer whose text may contain a COMMIT. */
  private int doubtful;

  /**
   * An attempt that has not begun.
   *
   * @param ended gets the outcome, once, on the connection's event loop, after the connection was
   *     given back
   */
  TransactionalConnection(
      VertxInternal vertx,
      Lease<PooledSession> lease,
      boolean readOnly,
      Consumer<EndedAttempt<T>> ended) {
    super(vertx, lease);
    this.begin = readOnly ? "BEGIN READ ONLY" : "BEGIN";
    this.ended = ended;
  }

  @Override
  public <R> void schedule(CommandBase<R> command, Completable<R> handler) {
    Completable<R> counted = counted(command, reported(command, handler));
    session.execute(
        () -> {
          if (ending) {
            fail(command, counted, late());
            return;
          }
          if (contains(command, TransactionText::ends)) {
            fail(command, counted, refusal("COMMIT or ROLLBACK"));
            return;
          }
          if (contains(command, TransactionText::begins)) {
            fail(command, counted, new NestedTransactionException("BEGIN"));
            return;
          }
          if (!begun) {
            begun = true;
            underWay(); // also when the statement itself fails before it is sent
            session.begin(begin, this::begun);
          }
          session.schedule(command, watched(command, counted));
        });
  }

  private void begun(@Nullable Object result, @Nullable Throwable failure) {
    beginFailure = failure;
    inTransaction = failure == null;
    answered();
  }

  /** Returns the exception for a call that the function of a transaction must not make. */
  static IllegalStateException refusal(String call) {
    return new IllegalStateException(
        call
            + " was called on the connection of inTransaction, which itself commits and gives the"
            + " connection back when the function's future succeeds, and rolls back when it fails");
  }

  private static IllegalStateException late() {
    return new IllegalStateException(
        "The transaction has ended; a statement of its function came after the function's future was"
            + " completed");
  }

  /** Whether the text of a command, or of a part of it, matches. */
  private static boolean contains(CommandBase<?> command, Predicate<String> kind) {
    if (command instanceof CompositeCommand composite) {
      return composite.commands().stream().anyMatch(part -> contains(part, kind));
    }
    String sql =
        command instanceof QueryCommandBase<?> query
            ? query.sql()
            : command instanceof PrepareStatementCommand prepare ? prepare.sql() : "";
    return kind.test(sql);
  }

  private <R> Completable<R> watched(CommandBase<R> command, Completable<R> handler) {
    if (command instanceof CompositeCommand composite) {
      composite.commands().forEach(this::watchPart);
      return handler;
    }
    boolean doubt = contains(command, TransactionText::mayEnd);
    doubtful += doubt ? 1 : 0;
    return (result, failure) -> {
      if (doubt && (failure == null || failure instanceof PgException)) {
        doubtful--; // what the server did is known by its command tags
      }
      if (failure != null) {
        note(failure);
      }
      handler.complete(result, failure);
    };
  }

  private <R> void watchPart(CommandBase<R> part) {
    part.handler = watched(part, part.handler);
  }

  private void note(Throwable failure) {
    if (firstError == null && loss == null && firstSign.isEmpty()) {
      firstSign = session.signOf(failure);
    }
    if (failure instanceof PgException error) {
      firstError = firstError == null ? error : firstError;
    } else if (isLost() || DriverErrors.isConnectionLost(failure)) {
      loss = loss == null ? failure : loss;
    }
  }

  // --- the end

  /** The function succeeded: commits as soon as no statement is in flight. */
  void commit(T result) {
    whenQuiet(
        () ->
            session.execute(
                () -> {
                  if (isBusy()) {
                    commit(result); // a statement has come from another thread
                  } else if (!ending) {
                    ending = true;
                    commitQuiet(result);
                  }
                }));
  }

  private void commitQuiet(T result) {
    if (!begun) {
      end(new AttemptOutcome.Committed(), result);
    } else if (wasEndedInside()) {
      end(AttemptOutcome.endedInside(null));
    } else if (isLost() && doubtful > 0) {
      end(AttemptOutcome.inDoubt(lossOr(null)));
    } else if (isLost()) {
      end(new AttemptOutcome.Failed(lossOr(beginFailure), RetryKind.CONNECTION));
    } else if (beginFailure != null) {
      failedBegin();
    } else if (session.hasSeenBegin()) {
      rollBack(new AttemptOutcome.Failed(new NestedTransactionException("BEGIN"), null));
    } else if (session.status() == SessionStatus.FAILED) {
      rollBack(failure(new TransactionRolledBackException(firstErrorOrUnknown())));
    } else {
      commitSent = true;
      session.execute("COMMIT", (ok, failure) -> committed(result, failure));
    }
  }

  private void committed(T result, @Nullable Throwable failure) {
    if (failure == null && session.hasRolledBack()) {
      // A command without a caller failed, such as the closing of a stale statement.
      end(
          new AttemptOutcome.Failed(
              new TransactionRolledBackException(firstErrorOrUnknown()), RetryKind.STALE_SCHEMA));
      return;
    }
    if (failure == null) {
      end(new AttemptOutcome.Committed(), result);
      return;
    }
    Optional<ServerError> answer = DriverErrors.serverError(failure);
    if (answer.isEmpty()) {
      end(new AttemptOutcome.Unknown("the connection was lost", failure));
    } else if (CommitErrors.leaveOutcomeUnknown(answer.get())) {
      end(new AttemptOutcome.Unknown("the server answered " + answer.get(), failure));
    } else {
      end(new AttemptOutcome.Failed(failure, RetryKind.of(answer.get()).orElse(null)));
    }
  }

  /** The function failed: rolls back. */
  void rollback(Throwable failure) {
    session.execute(
        () -> {
          if (ending) {
            return;
          }
          ending = true;
          if (beginFailure != null) {
            failedBegin();
          } else if (wasEndedInside()) {
            end(AttemptOutcome.endedInside(failure));
          } else if (isLost() && doubtful > 0) {
            end(AttemptOutcome.inDoubt(failure));
          } else if (!begun || isLost()) {
            end(failure(failure));
          } else {
            // After the statements in flight, when the outcome is known.
            session.execute("ROLLBACK", (ok, problem) -> end(failure(failure)));
          }
        });
  }

  /**
   * Whether a COMMIT or ROLLBACK reached the server unrecognised, by the server's answers. Then the
   * transaction must not run again, even if another one was begun after it.
   */
  private boolean wasEndedInside() {
    return inTransaction && (session.hasSeenEnd() || session.status() == SessionStatus.IDLE);
  }

  private void rollBack(AttemptOutcome outcome) {
    session.execute("ROLLBACK", (ok, problem) -> end(outcome));
  }

  private void failedBegin() {
    Throwable failure = lossOr(beginFailure);
    RetryKind kind =
        DriverErrors.isConnectionLost(failure)
            ? RetryKind.CONNECTION
            : DriverErrors.retryKind(failure).orElse(null);
    end(new AttemptOutcome.Failed(failure, kind));
  }

  /**
   * Returns the outcome of a transaction whose function failed or continued after an error. The
   * first failure of a statement counts, because the function may have hidden it behind a failure
   * of its own. The function's failure does not count: a conflict that no statement here had
   * belongs to another connection.
   */
  private AttemptOutcome failure(Throwable failure) {
    Optional<RetryKind> kind = DriverErrors.retryKind(firstError);
    if (kind.isEmpty() && loss != null) {
      kind = Optional.of(RetryKind.CONNECTION);
    }
    if (kind.isEmpty() && firstSign.isPresent()) {
      return new AttemptOutcome.Failed(
          failure, RetryKind.STALE_SCHEMA, firstSign.get() == StaleSign.SUSPECTED);
    }
    return new AttemptOutcome.Failed(failure, kind.orElse(null));
  }

  private Throwable firstErrorOrUnknown() {
    return firstError != null
        ? firstError
        : new IllegalStateException("The server reports a failed transaction, but sent no error");
  }

  private Throwable lossOr(@Nullable Throwable other) {
    if (loss != null) {
      return loss;
    }
    return other != null ? other : new ClosedChannelException();
  }

  /** The deadline has passed: gives up the statements in flight, with the connection. */
  void expire() {
    session.execute(
        () -> {
          if (done) {
            return;
          }
          ending = true;
          AttemptOutcome outcome =
              commitSent
                  ? new AttemptOutcome.Unknown(
                      "the deadline passed",
                      new TimeoutException("No answer to COMMIT before the deadline"))
                  : beforeCommit();
          var unused = session.abort();
          end(outcome);
        });
  }

  private AttemptOutcome beforeCommit() {
    TimeoutException late = new TimeoutException("The transaction's deadline has passed");
    if (wasEndedInside()) {
      return AttemptOutcome.endedInside(late);
    }
    return doubtful > 0 ? AttemptOutcome.inDoubt(late) : new AttemptOutcome.TimedOut();
  }

  /**
   * The connection has ended because its pool is closed: ends the attempt without waiting for the
   * function.
   */
  void poolClosed(ClosedException reason) {
    session.execute(
        () -> {
          if (ending) {
            return; // COMMIT or ROLLBACK has its own answer, or none
          }
          ending = true;
          if (wasEndedInside()) {
            end(AttemptOutcome.endedInside(reason));
          } else if (doubtful > 0) {
            end(AttemptOutcome.inDoubt(reason));
          } else {
            end(new AttemptOutcome.Failed(reason, null));
          }
        });
  }

  private void end(AttemptOutcome outcome) {
    end(outcome, /* result= */ null);
  }

  private void end(AttemptOutcome outcome, @Nullable T result) {
    if (done) {
      return;
    }
    done = true;
    if (beginFailure != null) {
      // Its state is unknown, and no statement after the BEGIN may take effect.
      discard();
      ended.accept(new EndedAttempt<>(outcome, result));
    } else {
      giveBack((ok, failure) -> ended.accept(new EndedAttempt<>(outcome, result)));
    }
  }
}
