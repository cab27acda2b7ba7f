package io.github.dsqljava.spring.transaction;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.transaction.TransactionException;

/**
 * Distinguishes failures while JPA writes its entities, just before COMMIT is sent, from a COMMIT
 * that may have no answer. Spring reports both as a failed commit.
 */
final class FlushFailures {

  /** Exceptions that are never the answer to COMMIT, whatever wraps them. */
  private static final Set<String> OF_THE_FLUSH =
      Set.of(
          OptimisticLockingFailureException.class.getName(),
          "jakarta.persistence.OptimisticLockException",
          "jakarta.validation.ValidationException");

  /** Exceptions of managers, pools and sockets for a COMMIT with an unknown outcome. */
  private static final List<Class<? extends Throwable>> DOUBTFUL =
      List.of(
          TransactionException.class,
          DataAccessResourceFailureException.class,
          NonTransientDataAccessResourceException.class,
          TransientDataAccessResourceException.class,
          IOException.class);

  private FlushFailures() {}

  /**
   * Whether COMMIT was certainly not sent. Called only if the server has sent no error.
   *
   * @param causes all causes of the failure
   */
  static boolean areBeforeCommit(List<Throwable> causes) {
    if (causes.stream().anyMatch(DriverErrors::isDrivers)) {
      return false;
    }
    return causes.stream().anyMatch(FlushFailures::isOfTheFlush)
        || causes.stream().noneMatch(cause -> DOUBTFUL.stream().anyMatch(d -> d.isInstance(cause)));
  }

  private static boolean isOfTheFlush(Throwable cause) {
    for (Class<?> type = cause.getClass(); type != null; type = type.getSuperclass()) {
      if (OF_THE_FLUSH.contains(type.getName())) {
        return true;
      }
    }
    return false;
  }
}
