package io.github.dsqljava.spi;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.PoolTimeoutException;
import io.github.dsqljava.RetriesExhaustedException;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.TransactionTimeoutException;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.retry.TransactionOptions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One transaction with all its attempts. After each attempt it decides whether there is another
 * one, and if not, what is certain about the outcome. The adapter acts on the decisions.
 *
 * <pre>{@code
 * Optional<RuntimeException> late = run.begin(System.nanoTime());
 * // .. an attempt, for run.acquireTimeout(now) and run.remaining(now) at most ..
 * TransactionRun.Step step = run.ended(outcome, System.nanoTime());
 * }</pre>
 *
 * <p>Not safe to use from several threads; the steps of an adapter follow each other.
 */
public final class TransactionRun {
  private static final Logger LOGGER = System.getLogger(TransactionRun.class.getName());

  /**
   * Asks for the thread's generator each time, because the steps of a transaction may run on
   * several threads.
   */
  private static final RandomGenerator RANDOM = () -> ThreadLocalRandom.current().nextLong();

  /**
   * A statement that was prepared before a schema change fails once; then all connections have
   * forgotten it. Further suspicions allow for changes in between.
   */
  private static final int MAX_SUSPICIONS = 3;

  /** The next step after an attempt. */
  public sealed interface Step {

    /** The transaction is in the database. */
    record Done() implements Step {}

    /**
     * Another attempt.
     *
     * @param kind the reason
     * @param attempt the one that failed, from 1
     * @param pause the pause before the next one; zero if it waits for its turn in a lane
     * @param failure its failure
     */
    record Again(RetryKind kind, int attempt, Duration pause, Throwable failure) implements Step {

      /** Tells a listener; only logs its exceptions. */
      public void tell(PoolListener listener) {
        try {
          listener.retrying(kind, attempt, pause, failure);
        } catch (Throwable e) { // also a checked exception that was thrown past the compiler
          LOGGER.log(Level.WARNING, "A listener of a pool failed", e);
        }
      }
    }

    /**
     * The end.
     *
     * @param failure for the caller
     */
    record Fail(Throwable failure) implements Step {}
  }

  private final RetryPolicy policy;
  private final Duration acquireTimeout;
  private final Duration limit;
  private final boolean idempotent;
  private final boolean lane;
  private final RetrySequence sequence;
  private final long begunAt;

  /** The first attempt whose answer to COMMIT was lost; its changes may be in the database. */
  private AttemptOutcome.@Nullable Unknown unknown;

  private @Nullable Throwable lastFailure;
  private @Nullable RetryKind lastKind;
  private int begun;

  /** The number of attempts with a failure that is most often a mistake in the function. */
  private int suspicions;

  /**
   * Begins the run.
   *
   * @param limit the time limit of the whole transaction
   * @param acquireTimeout the time that a caller waits for a connection if the limit allows it
   * @param idempotent whether it may run again after the answer to COMMIT was lost
   * @param lane whether it waits for its turn in a lane after a conflict, instead of pausing
   * @param now nanoseconds of a clock that never goes back, the same in all calls
   */
  public TransactionRun(
      RetryPolicy policy,
      Duration limit,
      Duration acquireTimeout,
      boolean idempotent,
      boolean lane,
      long now) {
    this.policy = policy;
    this.lane = lane;
    this.limit = limit;
    this.acquireTimeout = acquireTimeout;
    this.idempotent = idempotent;
    this.begunAt = now;
    this.sequence = new RetrySequence(policy, RANDOM, now);
  }

  /**
   * Begins the run of a pool's transaction.
   *
   * @param options of the transaction; unset ones are the pool's
   * @param policy of the pool
   * @param deadline of the pool; if there is none either, the limit is so long that no attempt that
   *     begins later could commit
   * @param acquireTimeout of the pool
   * @param lane whether the pool has a lane for transactions that lost a conflict
   * @param now see the constructor
   */
  public static TransactionRun of(
      TransactionOptions options,
      RetryPolicy policy,
      Optional<Duration> deadline,
      Duration acquireTimeout,
      boolean lane,
      long now) {
    RetryPolicy retries = options.retryPolicy().orElse(policy);
    Duration limit =
        options
            .deadline()
            .or(() -> deadline)
            .orElseGet(
                () ->
                    acquireTimeout.plus(retries.maxElapsed()).plus(PoolPolicy.LONGEST_TRANSACTION));
    return new TransactionRun(retries, limit, acquireTimeout, options.idempotent(), lane, now);
  }

  /**
   * Begins an attempt.
   *
   * @return the failure of the transaction if its deadline has passed; else empty
   */
  public Optional<Throwable> begin(long now) {
    if (remaining(now).minusMillis(1).isNegative()) {
      return Optional.of(verdict(timedOut(lastFailure)));
    }
    begun++;
    return Optional.empty();
  }

  /**
   * As {@link #begin}, after a wait for a turn that may have taken longer than {@link #patience}.
   */
  public Optional<Throwable> beginTurn(long now) {
    Duration elapsed = sequence.elapsed(now);
    if (lastKind == null
        || lastFailure == null
        || remaining(now).minusMillis(1).isNegative()
        || elapsed.compareTo(policy.maxElapsed()) < 0) {
      return begin(now);
    }
    return Optional.of(
        verdict(new RetriesExhaustedException(lastKind, begun, elapsed, lastFailure)));
  }

  /** The longest wait for the next attempt that both the deadline and the policy allow. */
  public Duration patience(long now) {
    Duration remaining = remaining(now);
    Duration allowed = policy.maxElapsed().minus(sequence.elapsed(now));
    return remaining.compareTo(allowed) < 0 ? remaining : allowed;
  }

  /** The time until the deadline; zero or less when it has passed. */
  public Duration remaining(long now) {
    return limit.minusNanos(now - begunAt);
  }

  /** The time that the attempt may wait for a connection. */
  public Duration acquireTimeout(long now) {
    Duration remaining = remaining(now);
    return remaining.compareTo(acquireTimeout) < 0 ? remaining : acquireTimeout;
  }

  /** An attempt has ended. */
  public Step ended(AttemptOutcome outcome, long now) {
    if (outcome instanceof AttemptOutcome.Committed) {
      return new Step.Done();
    }
    if (outcome instanceof AttemptOutcome.Failed failed) {
      suspicions += failed.suspected() ? 1 : 0;
      return failed.kind() == null || suspicions > MAX_SUSPICIONS
          ? fail(failed.failure())
          : again(failed.kind(), failed.failure(), now);
    }
    if (outcome instanceof AttemptOutcome.Unknown lost) {
      unknown = unknown == null ? lost : unknown;
      return idempotent ? again(RetryKind.UNKNOWN_COMMIT, lost.cause(), now) : fail(lost.cause());
    }
    if (outcome instanceof AttemptOutcome.NotStarted notStarted) {
      boolean late =
          notStarted.failure() instanceof PoolTimeoutException timeout
              && timeout.timeout().compareTo(acquireTimeout) < 0;
      return fail(late ? timedOut(notStarted.failure()) : notStarted.failure());
    }
    return fail(timedOut(lastFailure));
  }

  /**
   * The caller has abandoned the transaction, and it does not run again.
   *
   * @param last the outcome of the current attempt, or null if there was none
   * @return the failure to report nevertheless, because the transaction may be in the database
   */
  public Optional<Throwable> abandoned(@Nullable AttemptOutcome last) {
    if (last instanceof AttemptOutcome.Unknown lost && unknown == null) {
      unknown = lost;
    }
    return unknown == null || last instanceof AttemptOutcome.Committed
        ? Optional.empty()
        : Optional.of(new CommitOutcomeUnknownException(begun, unknown.problem(), unknown.cause()));
  }

  private Step again(RetryKind kind, Throwable failure, long now) {
    lastFailure = failure;
    lastKind = kind;
    Optional<Duration> pause =
        lane && kind == RetryKind.CONFLICT
            ? Optional.of(Duration.ZERO).filter(zero -> sequence.failedInLane(now))
            : sequence.failed(kind, now);
    if (pause.isEmpty()) {
      // Without retries in the policy, the caller gets the failure itself.
      return fail(
          policy.maxAttempts() == 1
              ? failure
              : new RetriesExhaustedException(kind, begun, sequence.elapsed(now), failure));
    }
    return remaining(now).compareTo(pause.get()) <= 0
        ? fail(timedOut(failure))
        : new Step.Again(kind, begun, pause.get(), failure);
  }

  private TransactionTimeoutException timedOut(@Nullable Throwable cause) {
    return new TransactionTimeoutException(limit, begun, cause);
  }

  private Step fail(Throwable failure) {
    return new Step.Fail(verdict(failure));
  }

  /**
   * Returns the failure of the transaction: if an earlier attempt may be committed, the last
   * failure does not tell the outcome.
   */
  private Throwable verdict(Throwable failure) {
    return unknown == null
        ? failure
        : new CommitOutcomeUnknownException(begun, unknown.problem(), failure);
  }
}
