package io.github.dsqljava.vertx.internal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The attempts to open a connection that have not ended yet. Thread-safe. */
final class Vertx50Attempts {
  private final Set<Vertx50Attempt<?>> underWay = ConcurrentHashMap.newKeySet();
  private volatile @Nullable IllegalStateException aborted;

  void begun(Vertx50Attempt<?> attempt) {
    underWay.add(attempt);
    IllegalStateException reason = aborted;
    if (reason != null) {
      attempt.abort(reason); // begun while the others were being aborted
    }
  }

  void ended(Vertx50Attempt<?> attempt) {
    underWay.remove(attempt);
  }

  void abort(IllegalStateException reason) {
    aborted = reason;
    underWay.forEach(attempt -> attempt.abort(reason));
  }
}
