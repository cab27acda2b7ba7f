package io.github.dsqljava.spring.transaction;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.ConnectionLostException;
import io.github.dsqljava.RetriesExhaustedException;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.ServerError;
import io.github.dsqljava.TransactionTimeoutException;
import io.github.dsqljava.spi.AttemptOutcome;
import io.github.dsqljava.spi.CommitErrors;
import io.github.dsqljava.spi.StaleSign;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionSystemException;

/**
 * Reads the end of an attempt from the failure that Spring and the driver made of it. They keep the
 * server's error, and ours, among the causes.
 */
final class FailureReader {
  /** The limit on a chain of causes, which may be a circle. Real chains are shorter. */
  private static final int MOST_CAUSES = 50;

  private FailureReader() {}

  static AttemptOutcome read(Throwable failure, Progress progress) {
    if (progress == Progress.COMMITTED) {
      return new AttemptOutcome.Failed(failure, null);
    }
    List<Throwable> everything = everything(failure);
    Optional<CommitOutcomeUnknownException> lost =
        find(everything, CommitOutcomeUnknownException.class);
    if (lost.isPresent()) {
      return new AttemptOutcome.Unknown(lost.get().problem(), failure);
    }
    if (find(everything, RetriesExhaustedException.class).isPresent()
        || find(everything, TransactionTimeoutException.class).isPresent()) {
      return new AttemptOutcome.Failed(failure, null);
    }
    List<Throwable> causes = causes(failure);
    if (find(causes, ConnectionLostException.class).isPresent()) {
      return new AttemptOutcome.Failed(failure, RetryKind.CONNECTION);
    }
    List<ServerError> errors =
        causes.stream().flatMap(cause -> DriverErrors.of(cause).stream()).toList();
    Optional<RetryKind> kind = first(errors, FailureReader::kind);
    if (kind.isPresent()) {
      return new AttemptOutcome.Failed(failure, kind.get());
    }
    return switch (progress) {
      case COMMITTING -> failedCommit(failure, causes, errors);
      case REFUSED_INSIDE ->
          errors.stream().anyMatch(RetryKind::isServerUnavailable)
              ? failedCommit(failure, causes, errors)
              : failedBefore(failure, errors);
      case BEGUN -> failedBefore(failure, errors);
      default -> new AttemptOutcome.Failed(failure, null);
    };
  }

  private static AttemptOutcome failedBefore(Throwable failure, List<ServerError> errors) {
    return new AttemptOutcome.Failed(
        failure,
        errors.stream().anyMatch(FailureReader::endsTheConnection) ? RetryKind.CONNECTION : null);
  }

  private static Optional<RetryKind> kind(ServerError error) {
    return RetryKind.of(error)
        .or(() -> StaleSign.of(error, /* prepared= */ false).map(stale -> RetryKind.STALE_SCHEMA));
  }

  private static AttemptOutcome failedCommit(
      Throwable failure, List<Throwable> causes, List<ServerError> errors) {
    if (errors.isEmpty() && FlushFailures.areBeforeCommit(causes)) {
      return new AttemptOutcome.Failed(failure, null);
    }
    if (errors.isEmpty() || errors.stream().anyMatch(FailureReader::isLoss)) {
      return new AttemptOutcome.Unknown("the connection was lost", failure);
    }
    Optional<ServerError> doubtful =
        errors.stream().filter(CommitErrors::leaveOutcomeUnknown).findFirst();
    return doubtful.isPresent()
        ? new AttemptOutcome.Unknown("the server answered " + doubtful.get(), failure)
        : new AttemptOutcome.Failed(failure, null);
  }

  /** Class 08, which drivers use for a lost connection. */
  private static boolean isLoss(ServerError error) {
    return error.sqlState().startsWith("08");
  }

  /** A loss, or the error by which a server announces the end (57P01, 57P02, 57P03, 57P05). */
  private static boolean endsTheConnection(ServerError error) {
    return isLoss(error)
        || error.sqlState().startsWith("57P")
        || RetryKind.isServerUnavailable(error);
  }

  private static <T> Optional<T> find(List<Throwable> causes, Class<T> type) {
    return first(
        causes, cause -> type.isInstance(cause) ? Optional.of(type.cast(cause)) : Optional.empty());
  }

  private static <F, T> Optional<T> first(List<F> among, Function<F, Optional<T>> found) {
    return among.stream().flatMap(one -> found.apply(one).stream()).findFirst();
  }

  /** If the rollback fails, too, only Spring's exception still has the method's own failure. */
  private static List<Throwable> causes(Throwable failure) {
    List<Throwable> all = new ArrayList<>();
    addChain(all, failure);
    for (TransactionSystemException rollback :
        all.stream()
            .flatMap(
                cause ->
                    cause instanceof TransactionSystemException e ? Stream.of(e) : Stream.empty())
            .toList()) {
      addChain(all, rollback.getApplicationException());
    }
    return all;
  }

  /**
   * All causes, and what was suppressed behind them. There a reactive rollback that fails keeps
   * what the method failed with, such as the doubt of a transaction inside. What forbids another
   * attempt is looked for here; a reason for one is not, for anybody may suppress a failure of
   * something else.
   */
  private static List<Throwable> everything(Throwable failure) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Throwable> all = new ArrayList<>();
    Deque<Throwable> next = new ArrayDeque<>(List.of(failure));
    for (Throwable one = next.poll(); one != null; one = next.poll()) {
      if (seen.add(one)) {
        all.add(one);
        behind(one).forEach(next::add);
        Stream.of(one.getSuppressed()).forEach(next::add);
      }
    }
    return all;
  }

  private static Stream<Throwable> behind(Throwable failure) {
    Stream<Throwable> cause = Stream.ofNullable(failure.getCause());
    return failure instanceof TransactionSystemException rollback
        ? Stream.concat(cause, Stream.ofNullable(rollback.getApplicationException()))
        : cause;
  }

  private static void addChain(List<Throwable> all, @Nullable Throwable failure) {
    Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
        .limit(MOST_CAUSES)
        .forEach(all::add);
  }
}
