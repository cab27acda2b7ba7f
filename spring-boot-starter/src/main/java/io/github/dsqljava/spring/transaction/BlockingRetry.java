package io.github.dsqljava.spring.transaction;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.spi.TransactionRun;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs blocking transactions, with retries. */
final class BlockingRetry {

  /** A transaction, from BEGIN to COMMIT. */
  interface Work<T extends @Nullable Object> {
    T run() throws Throwable;
  }

  private final Supplier<Attempts> transactions;
  private final Function<Throwable, Progress> progress;

  BlockingRetry(Supplier<Attempts> transactions) {
    this(transactions, failure -> Progress.UNKNOWN);
  }

  /**
   * @param transactions makes the attempts of a transaction
   * @param progress the progress of a transaction by its failure, if its manager reports none
   */
  BlockingRetry(Supplier<Attempts> transactions, Function<Throwable, Progress> progress) {
    this.transactions = transactions;
    this.progress = progress;
  }

  <T extends @Nullable Object> T run(Work<T> work) throws Throwable {
    Attempts attempts = transactions.get();
    while (true) {
      Optional<Throwable> late = attempts.begin();
      if (late.isPresent()) {
        throw late.get();
      }
      TransactionRun.Step step;
      Throwable failed;
      try (TransactionWatch.Attempt attempt = new TransactionWatch.Attempt()) {
        try {
          return work.run();
        } catch (Exception e) {
          failed = e;
          Progress told = attempt.progress();
          step = attempts.failed(e, told == Progress.UNKNOWN ? progress.apply(e) : told);
          if (step instanceof TransactionRun.Step.Fail fail
              && fail.failure() instanceof CommitOutcomeUnknownException) {
            attempt.endsInDoubt();
          }
        }
      }
      if (step instanceof TransactionRun.Step.Again again) {
        pause(again.pause(), failed);
      } else if (step instanceof TransactionRun.Step.Fail fail) {
        throw fail.failure();
      }
    }
  }

  /** Pauses; an interrupt ends the transaction with its last failure. */
  private static void pause(Duration time, Throwable failed) throws Throwable {
    try {
      Thread.sleep(time.toMillis(), time.toNanosPart() % 1_000_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failed.addSuppressed(e);
      throw failed;
    }
  }
}
