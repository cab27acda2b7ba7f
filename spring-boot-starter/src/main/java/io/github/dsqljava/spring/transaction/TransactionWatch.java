package io.github.dsqljava.spring.transaction;

import io.github.dsqljava.spi.AttemptOutcome;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.TransactionManager;

/**
 * Follows the transactions of the thread's attempt, so that a failure at COMMIT is distinguished
 * from an earlier one. It suits managers of blocking transactions, which stay on their thread.
 */
final class TransactionWatch implements TransactionExecutionListener {
  private static final ThreadLocal<@Nullable Attempt> CURRENT = new ThreadLocal<>();

  /**
   * One attempt, until it is closed; it may contain others. The first transaction that begins in it
   * is its own. An independent transaction inside leaves the attempt in doubt from its COMMIT until
   * the server's answer is known; if that one is retried by itself, in an attempt inside this one,
   * it does so when it is given up. After the commit of the attempt's own transaction, no other
   * event counts.
   */
  static final class Attempt implements AutoCloseable {
    private final @Nullable Attempt outer = CURRENT.get();
    private Progress progress = Progress.UNKNOWN;
    private @Nullable TransactionExecution own;
    private @Nullable TransactionExecution inDoubt;
    private boolean refusedInside;
    private boolean doubtInside;

    Attempt() {
      CURRENT.set(this);
    }

    Progress progress() {
      if (progress == Progress.COMMITTED) {
        return progress;
      }
      if (inDoubt != null || doubtInside) {
        return Progress.COMMITTING;
      }
      return refusedInside && progress == Progress.BEGUN ? Progress.REFUSED_INSIDE : progress;
    }

    /**
     * It is given up, and something of it may be committed. The one around it may not learn that
     * from its failure: a rollback that fails can take its place.
     */
    void endsInDoubt() {
      if (outer != null) {
        outer.doubtInside = true;
      }
    }

    private void begun(TransactionExecution transaction) {
      if (own == null) {
        own = transaction;
        progress = Progress.BEGUN;
      }
    }

    private void committing(TransactionExecution transaction) {
      if (transaction == own) {
        progress = Progress.COMMITTING;
      } else {
        inDoubt = transaction;
      }
    }

    private void committed(TransactionExecution transaction) {
      if (transaction == own) {
        progress = Progress.COMMITTED;
      } else if (transaction == inDoubt) {
        inDoubt = null;
      }
    }

    /** COMMIT has failed, and the manager sends no ROLLBACK. */
    private void commitFailed(TransactionExecution transaction, Throwable failure) {
      if (transaction == inDoubt
          && FailureReader.read(failure, Progress.COMMITTING) instanceof AttemptOutcome.Failed) {
        inDoubt = null;
      }
    }

    /** A connection that rolls back is not lost, so COMMIT, if it was sent, had an answer. */
    private void rolledBack(TransactionExecution transaction) {
      if (transaction == inDoubt) {
        inDoubt = null;
        refusedInside = true;
      }
    }

    @Override
    public void close() {
      if (outer == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(outer);
      }
    }
  }

  /**
   * Adds a watch to a manager's listeners, if the manager supports them and has none so far.
   *
   * @param manager any manager; one of reactive transactions is left unchanged
   */
  static void follow(@Nullable TransactionManager manager) {
    if (!(manager instanceof PlatformTransactionManager)
        || !(manager instanceof ConfigurableTransactionManager told)
        || isFollowed(told)) {
      return;
    }
    synchronized (TransactionWatch.class) {
      if (!isFollowed(told)) {
        // A new list, because another thread may be iterating over the current one.
        List<TransactionExecutionListener> all =
            new ArrayList<>(told.getTransactionExecutionListeners());
        all.add(new TransactionWatch());
        told.setTransactionExecutionListeners(all);
      }
    }
  }

  private static boolean isFollowed(ConfigurableTransactionManager manager) {
    return manager.getTransactionExecutionListeners().stream()
        .anyMatch(listener -> listener instanceof TransactionWatch);
  }

  @Override
  public void afterBegin(TransactionExecution transaction, @Nullable Throwable failure) {
    Attempt attempt = CURRENT.get();
    if (attempt != null && failure == null) {
      attempt.begun(transaction);
    }
  }

  @Override
  public void beforeCommit(TransactionExecution transaction) {
    Attempt attempt = CURRENT.get();
    if (attempt != null) {
      attempt.committing(transaction);
    }
  }

  @Override
  public void afterCommit(TransactionExecution transaction, @Nullable Throwable failure) {
    Attempt attempt = CURRENT.get();
    if (attempt == null) {
      return;
    }
    if (failure == null) {
      attempt.committed(transaction);
    } else {
      attempt.commitFailed(transaction, failure);
    }
  }

  @Override
  public void afterRollback(TransactionExecution transaction, @Nullable Throwable failure) {
    Attempt attempt = CURRENT.get();
    if (attempt != null && failure == null) {
      attempt.rolledBack(transaction);
    }
  }
}
