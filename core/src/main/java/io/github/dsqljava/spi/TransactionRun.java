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
 * One transaction with all its attempts: says after each whether there is another one, and if not,
 * what is certain about how the transaction ended. It decides, the adapter acts.
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

  /** Not the object of one thread: the steps of a transaction may run on several. */
  private static final RandomGenerator RANDOM = () -> ThreadLocalRandom.current().nextLong();

  /**
   * A statement that was prepared before the schema changed fails once, and then all connections
   * have forgotten it. The others are for changes in between.
   */
  private static final int MAX_SUSPICIONS = 3;

  /** What to do after an attempt. */
  public sealed interface Step {

    /** The transaction is in the database. */
    record Done() implements Step {}

    /**
     * Another attempt.
     *
     * @param kind why
     * @param attempt the one that failed, from 1
     * @param pause how long to wait before the next one; zero if it waits for its turn in a lane
     * @param failure what it failed with
     */
    record Again(RetryKind kind, int attempt, Duration pause, Throwable failure) implements Step {

      /** Tells a listener, whatever it throws. */
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

  /** The first answer to COMMIT that was lost; whatever follows, what it did may be there. */
  private AttemptOutcome.@Nullable Unknown unknown;

  private @Nullable Throwable lastFailure;
  private @Nullable RetryKind lastKind;
  private int begun;

  /** Attempts that failed with what is most often a mistake of the function. */
  private int suspicions;

  /**
   * Begins the run.
   *
   * @param limit how long all of it may take
   * @param acquireTimeout how long a caller waits for a connection when there is no hurry
   * @param idempotent whether it may be run again after the answer to COMMIT was lost
   * @param lane whether it waits for its turn in a lane after a conflict, and not for a time
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
   * @param options of the transaction; what they leave open is the pool's
   * @param policy of the pool
   * @param deadline of the pool; if there is none either, it is so long that nothing that begins
   *     later could be committed
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
   * @return what the transaction fails with, because its deadline has passed; or nothing
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

  /** How long the next attempt may be waited for: the deadline and the policy both allow it. */
  public Duration patience(long now) {
    Duration remaining = remaining(now);
    Duration allowed = policy.maxElapsed().minus(sequence.elapsed(now));
    return remaining.compareTo(allowed) < 0 ? remaining : allowed;
  }

  /** How long it is until the deadline; zero or less when it has passed. */
  public Duration remaining(long now) {
    return limit.minusNanos(now - begunAt);
  }

  /** How long the attempt may wait for a connection. */
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
   * Nobody wants the transaction any more, and nothing is run again.
   *
   * @param last how the attempt ended that was under way, or null if there was none
   * @return what has to be said all the same, because something of it may be in the database
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
      // Of a policy without retries nobody expects to be told that they are exhausted.
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

  /** What is true of the last attempt is not true of all, if one of them may be committed. */
  private Throwable verdict(Throwable failure) {
    return unknown == null
        ? failure
        : new CommitOutcomeUnknownException(begun, unknown.problem(), failure);
  }
}
