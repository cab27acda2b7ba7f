package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.ClosedException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The attempts to open a connection that have not ended yet. Thread-safe. */
final class Vertx50Attempts {

  /** An attempt. */
  interface Attempt {

    /** Fails the attempt with this reason, unless it has ended; from any thread. */
    void abort(ClosedException reason);
  }

  private final Set<Attempt> underWay = ConcurrentHashMap.newKeySet();
  private volatile @Nullable ClosedException aborted;

  void begun(Attempt attempt) {
    underWay.add(attempt);
    ClosedException reason = aborted;
    if (reason != null) {
      attempt.abort(reason); // begun while the others were being aborted
    }
  }

  void ended(Attempt attempt) {
    underWay.remove(attempt);
  }

  void abort(ClosedException reason) {
    aborted = reason;
    underWay.forEach(attempt -> attempt.abort(reason));
  }
}
