package io.github.dsqljava.r2dbc;

import io.github.dsqljava.NestedTransactionException;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.ServerError;
import io.github.dsqljava.TransactionRolledBackException;
import io.github.dsqljava.r2dbc.wire.SessionNotes;
import io.github.dsqljava.r2dbc.wire.SessionWire;
import io.github.dsqljava.spi.AttemptOutcome;
import io.github.dsqljava.spi.CommitErrors;
import io.github.dsqljava.spi.StaleSign;
import io.github.dsqljava.spi.pool.Lease;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.util.context.ContextView;

/**
 * One attempt at a transaction, on a connection that it gives back in the end: BEGIN, the function,
 * COMMIT or ROLLBACK. It takes the outcome from the server's own messages, not from the driver or
 * the function.
 *
 * <p>Its state belongs to the connection's event loop.
 *
 * @param <T> the type of the function's elements
 */
final class TransactionAttempt<T> {
  private final Lease<PhysicalSession> lease;
  private final StaleStatements stale;
  private final PhysicalSession session;
  private final SessionWire wire;
  private final SessionNotes notes;
  private final Runnable committing;
  private final TransactionalConnection connection;
  private final List<T> results = new ArrayList<>();
  private final CompletableFuture<AttemptOutcome> outcome = new CompletableFuture<>();

  private @Nullable Disposable function;
  private @Nullable Disposable deadline;
  private boolean ending;
  private boolean cancelled;
  private boolean done;
  private boolean commitAsked;

  /** Whether this side has ended the connection, and not the network. */
  private boolean givenUp;

  /**
   * Makes an attempt on a connection.
   *
   * @param committing called when COMMIT has been sent and its answer is awaited; not if there is
   *     nothing to commit
   */
  TransactionAttempt(Lease<PhysicalSession> lease, StaleStatements stale, Runnable committing) {
    this.lease = lease;
    this.stale = stale;
    this.committing = committing;
    this.session = lease.connection();
    this.wire = session.wire();
    this.notes = wire.notes();
    this.connection = new TransactionalConnection(session);
  }

  /** Returns the elements of the function; valid when the attempt is committed. */
  List<T> results() {
    return results;
  }

  /**
   * Runs the attempt.
   *
   * @param remaining the time until the deadline
   * @param context of the subscriber, for the function's publisher
   * @return completes with the outcome, once the connection was given back; never fails
   */
  CompletableFuture<AttemptOutcome> run(
      boolean readOnly,
      Duration remaining,
      ContextView context,
      Function<? super PostgresqlConnection, ? extends Publisher<? extends T>> work) {
    wire.execute(
        () -> {
          wire.useBegins();
          deadline =
              ReactorScheduler.timer(
                  remaining.isNegative() ? Duration.ZERO : remaining,
                  () -> wire.execute(this::expire));
          wire.beginWithNext(readOnly ? "BEGIN READ ONLY" : "BEGIN");
          call(context, work);
        });
    return outcome;
  }

  private void call(
      ContextView context,
      Function<? super PostgresqlConnection, ? extends Publisher<? extends T>> work) {
    if (ending) {
      return;
    }
    function =
        Flux.defer(
                () -> {
                  Publisher<? extends T> results = work.apply(connection);
                  return results == null
                      ? Flux.<T>error(
                          new NullPointerException("The function returned null, not a publisher"))
                      : Flux.<T>from(results);
                })
            .contextWrite(inherited -> inherited.putAll(context))
            .subscribe(
                results::add,
                failure -> wire.execute(() -> functionEnded(failure)),
                () -> wire.execute(() -> functionEnded(null)));
  }

  private void functionEnded(@Nullable Throwable failure) {
    if (ending) {
      return;
    }
    ending = true;
    connection.end();
    if (failure == null) {
      wire.whenQuiet(this::commitQuiet);
    } else {
      abortWhenStuck();
      wire.whenQuiet(() -> rollBackQuiet(failure));
    }
  }

  /** Bounds the wait for abandoned statements in flight, which hold the connection. */
  private void abortWhenStuck() {
    Disposable timer =
        ReactorScheduler.timer(
            GiveBack.LIMIT,
            () ->
                wire.execute(
                    () -> {
                      if (!done) {
                        givenUp = true;
                        wire.abort();
                      }
                    }));
    var unused = outcome.whenComplete((ended, failure) -> timer.dispose());
  }

  /** The subscriber has cancelled. Before COMMIT, that rolls back. */
  void cancel() {
    wire.execute(
        () -> {
          cancelled = true;
          if (ending) {
            return;
          }
          ending = true;
          connection.end();
          if (function != null) {
            function.dispose();
          }
          abortWhenStuck();
          wire.whenQuiet(() -> rollBackQuiet(new TimeoutException("The subscriber cancelled")));
        });
  }

  // --- the end

  private void commitQuiet() {
    if (done) {
      return;
    }
    if (cancelled) {
      end(new AttemptOutcome.Failed(new TimeoutException("The subscriber cancelled"), null));
    } else if (wire.dropBegin()) {
      end(new AttemptOutcome.Committed()); // without a statement, and so without a transaction
    } else if (wire.hasBeginFailed()) {
      end(failedBegin());
    } else if (wasEndedInside()) {
      end(AttemptOutcome.endedInside(null));
    } else if (!wire.isOpen()) {
      end(connection.isDoubtful() ? AttemptOutcome.inDoubt(loss(null)) : failure(loss(null)));
    } else if (notes.begins() > 1) {
      end(new AttemptOutcome.Failed(new NestedTransactionException("BEGIN"), null));
    } else if (notes.status() == SessionNotes.FAILED) {
      end(failure(rolledBack()));
    } else {
      commitAsked = true;
      notes.expectCommit();
      commit();
      if (!done) {
        // Not earlier: the snapshot of a transaction that begins then could precede our COMMIT.
        committing.run();
      }
    }
  }

  private void commit() {
    if (session.connection().isAutoCommit()) {
      // The driver knows of no statement, and so of no transaction; see executeRows.
      var unused = wire.exchange("COMMIT").whenComplete((answer, failure) -> committed(failure));
    } else {
      var unused =
          session
              .connection()
              .commitTransaction()
              .subscribe(
                  null,
                  failure -> wire.execute(() -> committed(failure)),
                  () -> wire.execute(() -> committed(null)));
    }
  }

  private AttemptOutcome failedBegin() {
    ServerError error = notes.firstError().orElseThrow();
    return new AttemptOutcome.Failed(
        R2dbcFailures.ofStatement(error, "BEGIN"), retryKind(error).orElse(null));
  }

  private void committed(@Nullable Throwable failure) {
    if (!done) {
      end(outcomeOfCommit(failure));
    }
  }

  private AttemptOutcome outcomeOfCommit(@Nullable Throwable failure) {
    if (notes.ends() > 1) {
      return AttemptOutcome.endedInside(failure);
    }
    if (notes.ends() == 1) {
      return notes.lastEndIsCommit() ? new AttemptOutcome.Committed() : failure(rolledBack());
    }
    Throwable cause =
        failure == null && notes.lastError().isPresent()
            ? R2dbcFailures.ofStatement(notes.lastError().get(), "COMMIT")
            : loss(failure);
    if (!notes.isCommitSent()) {
      return new AttemptOutcome.Failed(cause, RetryKind.CONNECTION);
    }
    Optional<ServerError> answer = notes.lastError();
    if (answer.isEmpty()) {
      return new AttemptOutcome.Unknown("the connection was lost", cause);
    }
    return CommitErrors.leaveOutcomeUnknown(answer.get())
        ? new AttemptOutcome.Unknown("the server answered " + answer.get(), cause)
        : new AttemptOutcome.Failed(cause, RetryKind.of(answer.get()).orElse(null));
  }

  private void rollBackQuiet(Throwable failure) {
    if (done) {
      return;
    }
    if (wire.hasBeginFailed()) {
      end(failedBegin());
    } else if (wasEndedInside()) {
      end(AttemptOutcome.endedInside(failure));
    } else if (!wire.isOpen() && connection.isDoubtful()) {
      end(AttemptOutcome.inDoubt(failure));
    } else {
      end(failure(failure)); // giving the connection back rolls back
    }
  }

  /** The deadline has passed: gives up the statements in flight, with the connection. */
  private void expire() {
    if (done) {
      return;
    }
    ending = true;
    givenUp = true;
    connection.end();
    TimeoutException late = new TimeoutException("The transaction's deadline has passed");
    AttemptOutcome at;
    if (commitAsked && notes.ends() + (notes.lastError().isPresent() ? 1 : 0) > 0) {
      at = outcomeOfCommit(late); // the answer is there, only the driver does not say so
    } else if (commitAsked && notes.isCommitSent()) {
      at = new AttemptOutcome.Unknown("the deadline passed", late);
    } else if (wasEndedInside()) {
      at = AttemptOutcome.endedInside(late);
    } else {
      at = connection.isDoubtful() ? AttemptOutcome.inDoubt(late) : new AttemptOutcome.TimedOut();
    }
    wire.abort();
    if (function != null) {
      function.dispose();
    }
    end(at);
  }

  /**
   * Whether a COMMIT or ROLLBACK reached the server unrecognised. Then the transaction must not run
   * again, even if another one was begun after it.
   */
  private boolean wasEndedInside() {
    return notes.begins() > 0 && (notes.ends() > 0 || notes.status() == SessionNotes.IDLE);
  }

  /**
   * Returns the outcome of a transaction whose function failed or continued after an error. The
   * first failure of a statement counts, because the function may have hidden it behind a failure
   * of its own. The function's failure does not count: a conflict that no statement here had
   * belongs to another connection.
   */
  private AttemptOutcome failure(Throwable failure) {
    Optional<RetryKind> kind = notes.firstError().flatMap(TransactionAttempt::retryKind);
    if (kind.isEmpty() && !wire.isOpen() && !givenUp) {
      kind = Optional.of(RetryKind.CONNECTION);
    }
    Optional<StaleSign> sign = notes.firstSign();
    if (kind.isEmpty() && sign.isPresent()) {
      return new AttemptOutcome.Failed(
          failure, RetryKind.STALE_SCHEMA, sign.get() == StaleSign.SUSPECTED);
    }
    return new AttemptOutcome.Failed(failure, kind.orElse(null));
  }

  private static Optional<RetryKind> retryKind(ServerError error) {
    return RetryKind.isServerUnavailable(error)
        ? Optional.of(RetryKind.CONNECTION)
        : RetryKind.of(error);
  }

  private TransactionRolledBackException rolledBack() {
    return new TransactionRolledBackException(
        notes
            .firstError()
            .<Throwable>map(error -> R2dbcFailures.ofStatement(error, ""))
            .orElseGet(
                () ->
                    new IllegalStateException(
                        "The server reports a failed transaction, but sent no error")));
  }

  private static Throwable loss(@Nullable Throwable failure) {
    return failure == null ? new ClosedChannelException() : failure;
  }

  private void end(AttemptOutcome ended) {
    done = true;
    if (deadline != null) {
      deadline.dispose();
    }
    if (givenUp) {
      lease.discard(); // in whatever state it is
      outcome.complete(ended);
    } else {
      var unused =
          GiveBack.start(lease, stale).whenComplete((ok, failure) -> outcome.complete(ended));
    }
  }
}
