package io.github.dsqljava.r2dbc;

import io.github.dsqljava.r2dbc.wire.SessionNotes;
import io.github.dsqljava.r2dbc.wire.SessionWire;
import io.github.dsqljava.spi.pool.Lease;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Gives a connection back to the pool in the state that the next user expects: waits for the
 * statements in flight, rolls an open transaction back, and resets settings. Costs no round trip if
 * there is nothing to do. Closes a connection that does not reach that state in time.
 */
final class GiveBack {

  /** The time limit for abandoned statements, and for each step after them. */
  static final Duration LIMIT = Duration.ofSeconds(5);

  private final Lease<PhysicalSession> lease;
  private final StaleStatements stale;
  private final PhysicalSession session;
  private final SessionWire wire;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final AtomicBoolean ended = new AtomicBoolean();

  private GiveBack(Lease<PhysicalSession> lease, StaleStatements stale) {
    this.lease = lease;
    this.stale = stale;
    this.session = lease.connection();
    this.wire = session.wire();
  }

  /**
   * Begins to give a connection back.
   *
   * @return completes when the connection is ready for the next user, or given up; never fails
   */
  static CompletableFuture<Void> start(Lease<PhysicalSession> lease, StaleStatements stale) {
    GiveBack giveBack = new GiveBack(lease, stale);
    giveBack.begin();
    return giveBack.done;
  }

  private void begin() {
    // A timer on the scheduler's thread, because the driver may wait for demand that never comes.
    Disposable timer = ReactorScheduler.timer(LIMIT, this::giveUp);
    var unused = done.whenComplete((ok, failure) -> timer.dispose());
    wire.whenQuiet(this::settle);
  }

  private void giveUp() {
    if (ended.compareAndSet(false, true)) {
      wire.abort();
      end(/* reusable= */ false);
    }
  }

  private void settle() {
    boolean unused = wire.dropBegin();
    if (!wire.isOpen()) {
      finish(/* reusable= */ false);
    } else if (wire.notes().status() != SessionNotes.IDLE && session.connection().isAutoCommit()) {
      // The driver does not know of it; see TransactionalConnection.executeRows.
      step(Mono.fromFuture(wire.exchange("ROLLBACK")).then());
    } else if (wire.notes().status() != SessionNotes.IDLE) {
      step(session.connection().rollbackTransaction());
    } else if (wire.notes().hasSeenSet()) {
      step(
          Flux.from(session.connection().createStatement("RESET ALL").execute())
              .flatMap(result -> result.getRowsUpdated())
              .then(session.shape()));
    } else {
      finish(!stale.concern(wire));
    }
  }

  private void step(Mono<Void> statement) {
    var unused =
        statement.subscribe(
            null, failure -> finish(/* reusable= */ false), () -> wire.whenQuiet(this::settle));
  }

  private void finish(boolean reusable) {
    if (ended.compareAndSet(false, true)) {
      end(reusable);
    }
  }

  private void end(boolean reusable) {
    if (reusable) {
      lease.release();
    } else {
      lease.discard();
    }
    done.complete(null);
  }
}
