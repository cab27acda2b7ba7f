package io.github.dsqljava.r2dbc;

import io.github.dsqljava.NestedTransactionException;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.spi.AttemptOutcome;
import io.github.dsqljava.spi.TransactionRun;
import io.github.dsqljava.spi.pool.ConflictLane;
import io.github.dsqljava.spi.pool.LanePass;
import io.github.dsqljava.spi.pool.Lease;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** Runs transactions, with retries, and reports what is certain about their outcomes. */
final class Transactions {
  private static final Logger LOGGER = System.getLogger(DsqlR2dbc.class.getName());

  private final Leases leases;
  private final StaleStatements stale;
  private final R2dbcSettings settings;
  private final @Nullable ConflictLane lane;

  /**
   * @param lane for transactions that lost a conflict; null if each pauses on its own
   */
  Transactions(
      Leases leases, StaleStatements stale, R2dbcSettings settings, @Nullable ConflictLane lane) {
    this.leases = leases;
    this.stale = stale;
    this.settings = settings;
    this.lane = lane;
  }

  <T> Flux<T> run(
      TransactionOptions options,
      Function<? super PostgresqlConnection, ? extends Publisher<? extends T>> work) {
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(work, "work");
    return Mono.<List<T>>create(sink -> new Run<T>(options, work, sink).start())
        .flatMapIterable(results -> results);
  }

  /**
   * One subscription. Its steps never overlap. Only {@link #cancel} may come from any thread, and
   * it synchronises with them under the lock.
   */
  private final class Run<T> {
    private final TransactionOptions options;
    private final Function<? super PostgresqlConnection, ? extends Publisher<? extends T>> work;
    private final MonoSink<List<T>> sink;
    private final TransactionRun decisions;
    private final Context context;

    /** Set from the first lost conflict on. */
    private @Nullable LanePass pass;

    /** Whether the outcome after a cancellation was reported. */
    private final AtomicBoolean told = new AtomicBoolean();

    // Guarded by this.
    private boolean cancelled;
    private Runnable cancelStep = () -> {};

    Run(
        TransactionOptions options,
        Function<? super PostgresqlConnection, ? extends Publisher<? extends T>> work,
        MonoSink<List<T>> sink) {
      this.options = options;
      this.work = work;
      this.sink = sink;
      this.context = Context.of(sink.contextView()).put(Transactions.this, Boolean.TRUE);
      this.decisions =
          TransactionRun.of(
              options,
              settings.retryPolicy(),
              settings.transactionDeadline(),
              settings.policy().acquireTimeout(),
              lane != null,
              System.nanoTime());
    }

    void start() {
      if (sink.contextView().hasKey(Transactions.this)) {
        sink.error(new NestedTransactionException("inTransaction"));
        return;
      }
      sink.onCancel(this::cancel);
      attempt(decisions.begin(System.nanoTime()), /* turn= */ false);
    }

    private void attempt(Optional<Throwable> late, boolean turn) {
      if (late.isPresent()) {
        fail(late.get());
        return;
      }
      long now = System.nanoTime();
      CompletableFuture<Lease<PhysicalSession>> acquired =
          leases.acquire(decisions.acquireTimeout(now), /* ahead= */ turn, context);
      if (!step(() -> giveUp(acquired))) {
        giveUp(acquired);
      }
      var unused =
          acquired.whenComplete(
              (lease, failure) -> {
                if (failure == null) {
                  begin(lease);
                } else if (isCancelled()) {
                  leaveLane();
                  tellNobody(null);
                } else {
                  ended(notStarted(inner(failure)));
                }
              });
    }

    /** Treats a conflict or a lost connection in the acquire hook as one in the transaction. */
    private AttemptOutcome notStarted(Throwable failure) {
      return R2dbcFailures.retryKind(failure)
          .<AttemptOutcome>map(kind -> new AttemptOutcome.Failed(failure, kind))
          .orElseGet(() -> new AttemptOutcome.NotStarted(failure));
    }

    /** Cancels the wait for a connection; a caller that already has it sees the cancellation. */
    private static void giveUp(CompletableFuture<?> acquired) {
      acquired.cancel(/* mayInterruptIfRunning= */ false);
    }

    private void begin(Lease<PhysicalSession> lease) {
      if (pass != null) {
        pass.started();
      }
      TransactionAttempt<T> attempt = new TransactionAttempt<>(lease, stale, this::committing);
      if (!step(attempt::cancel)) {
        leaveLane();
        var unused = GiveBack.start(lease, stale);
        tellNobody(null);
        return;
      }
      var unused =
          attempt
              .run(options.readOnly(), decisions.remaining(System.nanoTime()), context, work)
              .whenComplete((outcome, failure) -> ended(attempt, outcome));
    }

    private void ended(TransactionAttempt<T> attempt, AttemptOutcome outcome) {
      if (outcome instanceof AttemptOutcome.Committed) {
        tellLane();
      }
      if (isCancelled()) {
        leaveLane();
        tellNobody(outcome);
      } else if (outcome instanceof AttemptOutcome.Committed) {
        sink.success(attempt.results());
      } else {
        ended(outcome);
      }
    }

    private void ended(AttemptOutcome outcome) {
      TransactionRun.Step next = decisions.ended(outcome, System.nanoTime());
      if (next instanceof TransactionRun.Step.Again again) {
        again.tell(settings.listener());
        if (lane != null && again.kind() == RetryKind.CONFLICT) {
          turn(lane);
        } else {
          leaveLane();
          pause(again.pause());
        }
      } else if (next instanceof TransactionRun.Step.Fail failed) {
        fail(failed.failure());
      }
    }

    private void fail(Throwable failure) {
      leaveLane();
      sink.error(failure);
    }

    private void turn(ConflictLane lane) {
      LanePass mine = pass == null ? lane.pass() : pass;
      pass = mine;
      Runnable cancel =
          () -> {
            mine.leave();
            tellNobody(null);
          };
      if (step(cancel)) {
        long now = System.nanoTime();
        mine.await(
            decisions.patience(now),
            () -> attempt(decisions.beginTurn(System.nanoTime()), /* turn= */ true));
        if (isCancelled()) {
          mine.leave(); // the cancellation may have come just before
        }
      } else {
        cancel.run();
      }
    }

    /** The next one of the lane may begin. */
    private void committing() {
      if (pass != null) {
        pass.committing();
      }
    }

    private void tellLane() {
      if (pass != null) {
        pass.committed();
      }
    }

    private void leaveLane() {
      if (pass != null) {
        pass.leave();
      }
    }

    private void pause(Duration time) {
      Disposable.Swap timer = Disposables.swap();
      Runnable cancel =
          () -> {
            timer.dispose();
            tellNobody(null);
          };
      if (step(cancel)) {
        timer.replace(
            ReactorScheduler.timer(
                time, () -> attempt(decisions.begin(System.nanoTime()), /* turn= */ false)));
      } else {
        cancel.run();
      }
    }

    /** Reports an uncertain outcome although the subscriber has cancelled. */
    private void tellNobody(@Nullable AttemptOutcome outcome) {
      if (!told.compareAndSet(false, true)) {
        return;
      }
      Optional<Throwable> doubt = decisions.abandoned(outcome);
      if (doubt.isPresent()) {
        Operators.onErrorDropped(doubt.get(), context);
      } else if (outcome instanceof AttemptOutcome.Committed) {
        LOGGER.log(
            Level.INFO,
            "A transaction was cancelled by its subscriber after COMMIT had been sent; it is"
                + " committed");
      }
    }

    /**
     * Sets the cancellation of the step that begins now.
     *
     * @return whether it may begin
     */
    private synchronized boolean step(Runnable cancel) {
      cancelStep = cancel;
      return !cancelled;
    }

    private synchronized boolean isCancelled() {
      return cancelled;
    }

    private void cancel() {
      Runnable step;
      synchronized (this) {
        cancelled = true;
        step = cancelStep;
      }
      step.run();
    }
  }

  static Throwable inner(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause == null ? new IllegalStateException("A failure without a reason") : cause;
  }
}
