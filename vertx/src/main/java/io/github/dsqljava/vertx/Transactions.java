package io.github.dsqljava.vertx;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.PoolTimeoutException;
import io.github.dsqljava.RetriesExhaustedException;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.TransactionOptions;
import io.github.dsqljava.TransactionTimeoutException;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.spi.RetrySequence;
import io.github.dsqljava.vertx.internal.AttemptOutcome;
import io.github.dsqljava.vertx.internal.ConnectionPlan;
import io.github.dsqljava.vertx.internal.Deadline;
import io.github.dsqljava.vertx.internal.Spans;
import io.github.dsqljava.vertx.internal.TransactionAttempts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Runs transactions, again and again if need be, and says what is certain about how they ended. */
final class Transactions {
  private static final Logger LOGGER = System.getLogger(DsqlPool.class.getName());

  /** Not the object of one thread: the steps of a transaction may run on several. */
  private static final RandomGenerator RANDOM = () -> ThreadLocalRandom.current().nextLong();

  /**
   * A statement that was prepared before the schema changed fails once, and then all connections
   * have forgotten it. The others are for changes in between.
   */
  private static final int MAX_SUSPICIONS = 3;

  private final Vertx vertx;
  private final Spans spans;
  private final TransactionAttempts attempts;
  private final RetryPolicy retryPolicy;
  private final Duration acquireTimeout;
  private final Optional<Duration> deadlineOfPool;
  private final PoolListener listener;

  Transactions(ConnectionPlan plan, TransactionAttempts attempts, PoolSettings settings) {
    this.vertx = plan.vertx();
    this.spans = new Spans(plan);
    this.attempts = attempts;
    this.retryPolicy = settings.retryPolicy();
    this.acquireTimeout = settings.policy().acquireTimeout();
    this.deadlineOfPool = settings.transactionDeadline();
    this.listener = settings.listener();
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
    private final RetrySequence sequence;
    private final RetryPolicy policy;
    private final Duration limit;
    private final Deadline deadline;

    /** The first answer to COMMIT that was lost; whatever follows, what it did may be there. */
    private AttemptOutcome.@Nullable Unknown<T> unknown;

    private @Nullable Throwable lastFailure;
    private int begun;

    /** Attempts that failed with what is most often a mistake of the function. */
    private int suspicions;

    Run(TransactionOptions options, Function<SqlConnection, Future<T>> work) {
      this.options = options;
      this.work = work;
      this.policy = options.retryPolicy().orElse(retryPolicy);
      this.limit = options.deadline().or(() -> deadlineOfPool).orElseGet(this::longest);
      this.deadline = Deadline.in(limit);
      this.sequence = new RetrySequence(policy, RANDOM, System.nanoTime());
    }

    /** Nothing that begins later can be committed. */
    private Duration longest() {
      return acquireTimeout.plus(policy.maxElapsed()).plus(PoolPolicy.LONGEST_TRANSACTION);
    }

    /**
     * Every future here derives from the first attempt's, and so belongs to the caller's context.
     */
    Future<T> attempt() {
      Duration remaining = deadline.remaining();
      if (!remaining.minusMillis(1).isNegative()) {
        begun++;
        return attempts
            .run(options.readOnly(), shorter(remaining, acquireTimeout), deadline, work)
            .compose(this::ended);
      }
      return fail(timedOut(lastFailure));
    }

    private static Duration shorter(Duration one, Duration other) {
      return one.compareTo(other) < 0 ? one : other;
    }

    private Future<T> ended(AttemptOutcome<T> outcome) {
      if (outcome instanceof AttemptOutcome.Committed<T> committed) {
        return Future.succeededFuture(committed.result());
      }
      if (outcome instanceof AttemptOutcome.Failed<T> failed) {
        suspicions += failed.suspected() ? 1 : 0;
        return failed.kind() == null || suspicions > MAX_SUSPICIONS
            ? fail(failed.failure())
            : again(failed.kind(), failed.failure());
      }
      if (outcome instanceof AttemptOutcome.Unknown<T> lost) {
        unknown = unknown == null ? lost : unknown;
        return options.idempotent()
            ? again(RetryKind.UNKNOWN_COMMIT, lost.cause())
            : fail(lost.cause());
      }
      if (outcome instanceof AttemptOutcome.NotStarted<T> notStarted) {
        boolean late =
            notStarted.failure() instanceof PoolTimeoutException timeout
                && timeout.timeout().compareTo(acquireTimeout) < 0;
        return fail(late ? timedOut(notStarted.failure()) : notStarted.failure());
      }
      return fail(timedOut(lastFailure));
    }

    private Future<T> again(RetryKind kind, Throwable failure) {
      lastFailure = failure;
      long now = System.nanoTime();
      Optional<Duration> pause = sequence.failed(kind, now);
      if (pause.isEmpty()) {
        // Of a policy without retries nobody expects to be told that they are exhausted.
        return fail(
            policy.maxAttempts() == 1
                ? failure
                : new RetriesExhaustedException(kind, begun, sequence.elapsed(now), failure));
      }
      if (deadline.remaining().compareTo(pause.get()) <= 0) {
        return fail(timedOut(failure));
      }
      tell(kind, begun, pause.get(), failure);
      long millis = pause.get().toMillis();
      return millis == 0 ? attempt() : pause(millis).compose(over -> attempt());
    }

    /** A Vert.x that is closed cancels its timers; the next attempt then says what is closed. */
    private Future<Void> pause(long millis) {
      try {
        return vertx.timer(millis, TimeUnit.MILLISECONDS).<Void>mapEmpty().otherwiseEmpty();
      } catch (IllegalStateException | RejectedExecutionException e) {
        return Future.succeededFuture();
      }
    }

    private void tell(RetryKind kind, int attempt, Duration pause, Throwable failure) {
      try {
        listener.retrying(kind, attempt, pause, failure);
      } catch (Throwable e) { // also a checked exception that was thrown past the compiler
        LOGGER.log(Level.WARNING, "A listener of a pool failed", e);
      }
    }

    private TransactionTimeoutException timedOut(@Nullable Throwable cause) {
      return new TransactionTimeoutException(limit, begun, cause);
    }

    /** What is true of the last attempt is not true of all, if one of them may be committed. */
    private Future<T> fail(Throwable failure) {
      return Future.failedFuture(
          unknown == null
              ? failure
              : new CommitOutcomeUnknownException(begun, unknown.problem(), failure));
    }
  }
}
