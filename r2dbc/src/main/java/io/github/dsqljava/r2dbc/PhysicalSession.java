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
 * @param where its endpoint, for messages
 * @param initHook prepares a new or reset connection for its users; null for none
 */
record PhysicalSession(
    PostgresqlConnection connection,
    SessionWire wire,
    String where,
    @Nullable Function<PhysicalSession, Mono<Void>> initHook) {

  /** The time for the server to close the connection: some round trips over any distance. */
  private static final Duration GOODBYE = Duration.ofSeconds(2);

  /** The time for the server to answer a trivial query. */
  private static final Duration QUESTION = Duration.ofSeconds(5);

  /** Prepares a connection, whose settings are those of the login, for its users. */
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

  /** Ends the connection with a Terminate, after which the server closes it. */
  CompletionStage<Void> close() {
    return Stages.of(Mono.from(connection.close()).timeout(GOODBYE).doOnError(e -> wire.abort()));
  }

  /** Cuts the connection now; the statements in flight fail. */
  CompletionStage<Void> abort() {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    var unused = wire.channel().closeFuture().addListener(closed -> ended.complete(null));
    wire.abort();
    return ended;
  }
}
