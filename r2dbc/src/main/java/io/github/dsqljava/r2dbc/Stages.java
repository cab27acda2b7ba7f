package io.github.dsqljava.r2dbc;

import java.util.concurrent.CompletionStage;
import reactor.core.publisher.Mono;

/** Turns publishers into stages by subscribing to them. */
final class Stages {

  private Stages() {}

  /** Returns the stage of a publisher that emits a value, or whose value is not used. */
  @SuppressWarnings("NullAway") // Reactor's type allows null for one that gives nothing
  static <T> CompletionStage<T> of(Mono<T> mono) {
    return mono.toFuture();
  }
}
