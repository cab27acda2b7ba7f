package io.github.dsqljava.r2dbc;

import io.github.dsqljava.r2dbc.wire.SessionWire;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.ValidationDepth;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A physical connection, from its login to its end: the driver's connection and its wire.
 *
 * @param connection the driver's
 * @param where what it leads to, for messages
 * @param initHook what makes of a new or a reset connection what users expect; null for nothing
 */
record PhysicalSession(
    PostgresqlConnection connection,
    SessionWire wire,
    String where,
    @Nullable Function<PhysicalSession, Mono<Void>> initHook) {

  /** How long the server may take to hang up: some round trips to anywhere. */
  private static final Duration GOODBYE = Duration.ofSeconds(2);

  /** How long the server may take to answer a question that costs nothing. */
  private static final Duration QUESTION = Duration.ofSeconds(5);

  /** Makes of a connection, whose settings are those of the login, what users expect. */
  Mono<Void> shape() {
    return initHook == null
        ? Mono.fromRunnable(wire.notes()::settingsAreKnown)
        : initHook.apply(this);
  }

  /** Whether the server still answers; fails when it does not. */
  CompletionStage<Void> check() {
    return Stages.of(
        connection
            .validate(ValidationDepth.REMOTE)
            .timeout(QUESTION)
            .flatMap(
                valid ->
                    valid
                        ? Mono.<Void>empty()
                        : Mono.error(
                            new IllegalStateException("The connection to " + where + " is dead"))));
  }

  /** Ends the connection with a goodbye, to which the server is expected to hang up. */
  CompletionStage<Void> close() {
    return Stages.of(Mono.from(connection.close()).timeout(GOODBYE).doOnError(e -> wire.abort()));
  }

  /** Ends the connection now; what it is doing fails. */
  CompletionStage<Void> abort() {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    var unused = wire.channel().closeFuture().addListener(closed -> ended.complete(null));
    wire.abort();
    return ended;
  }
}
