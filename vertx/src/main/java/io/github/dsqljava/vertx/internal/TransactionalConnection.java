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
 * A pooled connection during one attempt at a transaction: BEGIN goes out with the first statement,
 * the first error is remembered, and the end says what is certain about the transaction.
 *
 * <p>A transaction without a statement costs nothing. Safe to use from several threads; the state
 * changes on the connection's event loop.
 *
 * @param <T> what the transaction's function gives
 */
final class TransactionalConnection<T extends @Nullable Object> extends LeasedConnection {

  private final String begin;
  private final Consumer<EndedAttempt<T>> ended;

  // What follows belongs to the connection's event loop.
  private boolean begun;
  private boolean ending;
  private boolean commitSent;
  private boolean done;
  private @Nullable Throwable beginFailure;
  private boolean inTransaction;
  private @Nullable PgException firstError;
  private @Nullable Throwable loss;

  /** What the first failure said about the statements that the connection had prepared. */
  private Optional<StaleSign> firstSign = Optional.empty();

  /** Statements without an answer, whose text may hold a COMMIT of their own. */
  private int doubtful;

  /**
   * An attempt that has not begun.
   *
   * @param ended is told the outcome, once, on the connection's event loop, after the connection
   *     was given back
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

  /** Why the function of a transaction may not call something. */
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

  /** Whether the text of a command, or of a part of it, is of a kind. */
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

  /** The function succeeded: commits, as soon as no statement is under way. */
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
      // Something failed that answers to nobody here, as the closing of a stale statement may.
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
            // Behind what is under way; the outcome is known then.
            session.execute("ROLLBACK", (ok, problem) -> end(failure(failure)));
          }
        });
  }

  /**
   * A COMMIT or ROLLBACK that was not recognised as one got through; then nothing may be run again,
   * also if another transaction was begun behind it. The server's answers say so, whatever the text
   * looked like.
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
   * The outcome of a transaction whose function failed or went on after an error. What the first
   * statement failed with counts, for the function may have hidden it behind a failure of its own,
   * which is then but a consequence. The function's failure does not count: a conflict in it that
   * no statement here had is one of another connection.
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

  /** The deadline has passed. What is under way is given up, with the connection. */
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
   * The connection has ended because its pool is closed: nobody waits for a function that does not
   * notice.
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
      // In whatever state it is: nothing may be left of the statements behind it.
      discard();
      ended.accept(new EndedAttempt<>(outcome, result));
    } else {
      giveBack((ok, failure) -> ended.accept(new EndedAttempt<>(outcome, result)));
    }
  }
}
