package io.github.dsqljava.r2dbc;

import io.github.dsqljava.r2dbc.wire.SessionNotes;
import io.github.dsqljava.r2dbc.wire.SessionWire;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** Runs a program's hook on a connection of a pool before others use it. */
final class ConnectionHook {
  private final String name;
  private final Function<PostgresqlConnection, Publisher<Void>> hook;
  private final Duration limit;

  /**
   * @param name for messages, such as "init hook"
   * @param limit the time limit of the hook
   */
  ConnectionHook(
      String name, Function<PostgresqlConnection, Publisher<Void>> hook, Duration limit) {
    this.name = name;
    this.hook = hook;
    this.limit = limit;
  }

  /** Runs the hook on an unused connection. If it fails, the state of the connection is unknown. */
  Mono<Void> run(PhysicalSession session) {
    return Mono.defer(
        () -> {
          SessionWire wire = session.wire();
          LeasedConnection guest =
              new LeasedConnection(session, () -> CompletableFuture.completedFuture(null));
          return Mono.defer(() -> call(guest))
              .timeout(limit, Mono.error(this::stuck))
              .then(Mono.<Void>create(quiet -> wire.whenQuiet(quiet::success)))
              .then(Mono.defer(() -> judge(guest, wire)))
              .doFinally(
                  end -> {
                    var unused = guest.giveBack(); // it executes nothing any more
                  });
        });
  }

  private Mono<Void> call(LeasedConnection guest) {
    @Nullable Publisher<Void> result = hook.apply(guest);
    return result == null
        ? Mono.error(new NullPointerException("The " + name + " returned null, not a publisher"))
        : Mono.from(result).then();
  }

  private Mono<Void> judge(LeasedConnection guest, SessionWire wire) {
    if (guest.isGivenBack()) {
      return Mono.error(
          new IllegalStateException(
              "The " + name + " closed the connection, which is for the caller to use"));
    }
    if (!wire.isOpen() || wire.notes().status() != SessionNotes.IDLE) {
      return Mono.error(new IllegalStateException("The " + name + " left a transaction open"));
    }
    wire.notes().settingsAreKnown(); // it sets them again the next time
    return Mono.empty();
  }

  private TimeoutException stuck() {
    return new TimeoutException(
        "The "
            + name
            + " did not complete within "
            + limit
            + " (connectTimeout). Check the hook: it waits for the server's answers to its"
            + " statements, or for an event that never comes. The connection is closed");
  }
}
