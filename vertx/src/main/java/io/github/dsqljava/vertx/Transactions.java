package io.github.dsqljava.vertx;

import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.spi.TransactionRun;
import io.github.dsqljava.vertx.internal.ConnectionPlan;
import io.github.dsqljava.vertx.internal.Deadline;
import io.github.dsqljava.vertx.internal.EndedAttempt;
import io.github.dsqljava.vertx.internal.Spans;
import io.github.dsqljava.vertx.internal.TransactionAttempts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs transactions, again and again if need be, and says what is certain about how they ended. */
final class Transactions {
  private final Vertx vertx;
  private final Spans spans;
  private final TransactionAttempts attempts;
  private final PoolSettings settings;

  Transactions(ConnectionPlan plan, TransactionAttempts attempts, PoolSettings settings) {
    this.vertx = plan.vertx();
    this.spans = new Spans(plan);
    this.attempts = attempts;
    this.settings = settings;
  }

  <T extends @Nullable Object> Future<T> run(
      TransactionOptions options, Function<SqlConnection, Future<T>> work) {
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(work, "work");
    Spans.Span span = spans.begin("dsql.transaction");
    return new Run<>(options, work)
        .attempt()
        .onComplete(result -> span.end(result.failed() ? result.cause() : null));
  }

  /** One call of inTransaction. Its steps follow each other, so that it needs no lock. */
  private final class Run<T extends @Nullable Object> {
    private final TransactionOptions options;
    private final Function<SqlConnection, Future<T>> work;
    private final TransactionRun decisions;

    Run(TransactionOptions options, Function<SqlConnection, Future<T>> work) {
      this.options = options;
      this.work = work;
      this.decisions =
          TransactionRun.of(
              options,
              settings.retryPolicy(),
              settings.transactionDeadline(),
              settings.policy().acquireTimeout(),
              System.nanoTime());
    }

    /**
     * Every future here derives from the first attempt's, and so belongs to the caller's context.
     */
    Future<T> attempt() {
      long now = System.nanoTime();
      Optional<Throwable> late = decisions.begin(now);
      return late.isPresent()
          ? Future.failedFuture(late.get())
          : attempts
              .run(
                  options.readOnly(),
                  decisions.acquireTimeout(now),
                  Deadline.in(decisions.remaining(now)),
                  work)
              .compose(this::ended);
    }

    @SuppressWarnings("NullAway") // a function may give null, and T is its type
    private Future<T> ended(EndedAttempt<T> attempt) {
      TransactionRun.Step next = decisions.ended(attempt.outcome(), System.nanoTime());
      if (next instanceof TransactionRun.Step.Again again) {
        again.tell(settings.listener());
        long millis = again.pause().toMillis();
        return millis == 0 ? attempt() : pause(millis).compose(over -> attempt());
      }
      return next instanceof TransactionRun.Step.Fail failed
          ? Future.failedFuture(failed.failure())
          : Future.succeededFuture(attempt.result());
    }

    /** A Vert.x that is closed cancels its timers; the next attempt then says what is closed. */
    private Future<Void> pause(long millis) {
      try {
        return vertx.timer(millis, TimeUnit.MILLISECONDS).<Void>mapEmpty().otherwiseEmpty();
      } catch (IllegalStateException | RejectedExecutionException e) {
        return Future.succeededFuture();
      }
    }
  }
}
