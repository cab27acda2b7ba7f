package io.github.dsqljava.spring.transaction;

import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.spi.AttemptOutcome;
import io.github.dsqljava.spi.TransactionRun;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;

/** The attempts at one of Spring's transactions; its steps follow each other. */
final class Attempts {
  private static final Logger LOGGER = System.getLogger(Attempts.class.getName());

  private final TransactionRun run;
  private final PoolListener listener;
  private boolean late;

  Attempts(TransactionOptions options, PoolListener listener) {
    this.listener = listener;
    RetryPolicy policy = options.retryPolicy().orElseGet(RetryPolicy::defaults);
    Duration limit =
        options
            .deadline()
            // An attempt that begins later could not commit.
            .orElseGet(() -> policy.maxElapsed().plus(PoolPolicy.LONGEST_TRANSACTION));
    run =
        new TransactionRun(
            policy, limit, limit, options.idempotent(), /* lane= */ false, System.nanoTime());
  }

  /**
   * Begins an attempt.
   *
   * @return the failure of the transaction if its deadline has passed; else empty
   */
  Optional<Throwable> begin() {
    Optional<Throwable> failure = run.begin(System.nanoTime());
    late = failure.isPresent();
    return failure;
  }

  /** Returns the next step after a failed attempt; tells the listener of another attempt. */
  TransactionRun.Step failed(Throwable failure, Progress progress) {
    if (late) {
      return new TransactionRun.Step.Fail(failure);
    }
    AttemptOutcome outcome = FailureReader.read(failure, progress);
    TransactionRun.Step step = run.ended(outcome, System.nanoTime());
    if (step instanceof TransactionRun.Step.Again again) {
      tell(again);
    }
    return step;
  }

  /** The caller has abandoned the transaction: returns the failure to report nevertheless. */
  Optional<Throwable> abandoned() {
    return run.abandoned(null);
  }

  /** Returns the same for an attempt that has failed after the caller abandoned it. */
  Optional<Throwable> abandoned(Throwable failure, Progress progress) {
    return run.abandoned(FailureReader.read(failure, progress));
  }

  private void tell(TransactionRun.Step.Again again) {
    try {
      listener.retrying(again.kind(), again.attempt(), again.pause(), again.failure());
    } catch (RuntimeException e) {
      LOGGER.log(Level.WARNING, "A listener of retries failed", e);
    }
  }
}
