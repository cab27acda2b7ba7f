package io.github.dsqljava.vertx;

import io.github.dsqljava.RetryKind;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.spi.TransactionRun;
import io.github.dsqljava.spi.pool.ConflictLane;
import io.github.dsqljava.spi.pool.LanePass;
import io.github.dsqljava.vertx.internal.ConnectionPlan;
import io.github.dsqljava.vertx.internal.Deadline;
import io.github.dsqljava.vertx.internal.EndedAttempt;
import io.github.dsqljava.vertx.internal.Spans;
import io.github.dsqljava.vertx.internal.TransactionAttempts;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs transactions, with retries, and reports what is certain about their outcomes. */
final class Transactions {
  private final Vertx vertx;
  private final Spans spans;
  private final TransactionAttempts attempts;
  private final PoolSettings settings;
  private final @Nullable ConflictLane lane;

  /**
   * @param lane for transactions that lost a conflict; null if each pauses on its own
   */
  Transactions(
      ConnectionPlan plan,
      TransactionAttempts attempts,
      PoolSettings settings,
      @Nullable ConflictLane lane) {
    this.vertx = plan.vertx();
    this.spans = new Spans(plan);
    this.attempts = attempts;
    this.settings = settings;
    this.lane = lane;
  }

  <T extends @Nullable Object> Future<T> run(
      TransactionOptions options, Function<SqlConnection, Future<T>> work) {
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(work, "work");
    Spans.Span span = spans.begin("dsql.transaction");
    Run<T> run = new Run<>(options, work);
    return run.attempt(run.begin(), /* turn= */ false)
        .onComplete(
            result -> {
              run.leaveLane();
              span.end(result.failed() ? result.cause() : null);
            });
  }

  /** One call of inTransaction. Its steps never overlap, so it needs no lock. */
  private final class Run<T extends @Nullable Object> {
    private final TransactionOptions options;
    private final Function<SqlConnection, Future<T>> work;
    private final TransactionRun decisions;

    /** Set from the first lost conflict on. */
    private @Nullable LanePass pass;

    Run(TransactionOptions options, Function<SqlConnection, Future<T>> work) {
      this.options = options;
      this.work = work;
      this.decisions =
          TransactionRun.of(
              options,
              settings.retryPolicy(),
              settings.transactionDeadline(),
              settings.policy().acquireTimeout(),
              lane != null,
              System.nanoTime());
    }

    /**
     * Every future here derives from the first attempt's, and so belongs to the caller's context.
     */
    Future<T> attempt(Optional<Throwable> late, boolean turn) {
      long now = System.nanoTime();
      return late.isPresent()
          ? Future.failedFuture(late.get())
          : attempts
              .run(
                  options.readOnly(),
                  decisions.acquireTimeout(now),
                  /* ahead= */ turn,
                  Deadline.in(decisions.remaining(now)),
                  this::work)
              .compose(this::ended);
    }

    Optional<Throwable> begin() {
      return decisions.begin(System.nanoTime());
    }

    /**
     * Reports the begin to the lane, and later that COMMIT is about to be sent; then the lane's
     * next transaction may begin.
     */
    private Future<T> work(SqlConnection connection) {
      LanePass mine = pass;
      if (mine != null) {
        mine.started();
      }
      Future<T> result = work.apply(connection);
      return mine == null || result == null ? result : result.onSuccess(done -> mine.committing());
    }

    @SuppressWarnings("NullAway") // a function may give null, and T is its type
    private Future<T> ended(EndedAttempt<T> attempt) {
      TransactionRun.Step next = decisions.ended(attempt.outcome(), System.nanoTime());
      if (next instanceof TransactionRun.Step.Again again) {
        again.tell(settings.listener());
        if (lane != null && again.kind() == RetryKind.CONFLICT) {
          return turn(lane);
        }
        leaveLane();
        long millis = again.pause().toMillis();
        return millis == 0
            ? attempt(begin(), /* turn= */ false)
            : pause(millis).compose(over -> attempt(begin(), /* turn= */ false));
      }
      if (next instanceof TransactionRun.Step.Done) {
        tellLane();
      }
      return next instanceof TransactionRun.Step.Fail failed
          ? Future.failedFuture(failed.failure())
          : Future.succeededFuture(attempt.result());
    }

    private Future<T> turn(ConflictLane lane) {
      LanePass mine = pass == null ? lane.pass() : pass;
      pass = mine;
      Promise<Void> turn = Promise.promise();
      Runnable begins = onThisContext(turn);
      mine.await(decisions.patience(System.nanoTime()), begins);
      return turn.future()
          .compose(v -> attempt(decisions.beginTurn(System.nanoTime()), /* turn= */ true));
    }

    /**
     * Returns a task that completes a promise on the caller's context, or directly if Vert.x is
     * closed.
     */
    private Runnable onThisContext(Promise<Void> promise) {
      Context context = vertx.getOrCreateContext();
      return () -> {
        try {
          context.runOnContext(v -> promise.tryComplete());
        } catch (IllegalStateException | RejectedExecutionException e) {
          promise.tryComplete();
        }
      };
    }

    private void tellLane() {
      if (pass != null) {
        pass.committed();
      }
    }

    void leaveLane() {
      if (pass != null) {
        pass.leave();
      }
    }

    /** Pauses. A closed Vert.x cancels its timers; then the next attempt reports what is closed. */
    private Future<Void> pause(long millis) {
      try {
        return vertx.timer(millis, TimeUnit.MILLISECONDS).<Void>mapEmpty().otherwiseEmpty();
      } catch (IllegalStateException | RejectedExecutionException e) {
        return Future.succeededFuture();
      }
    }
  }
}
