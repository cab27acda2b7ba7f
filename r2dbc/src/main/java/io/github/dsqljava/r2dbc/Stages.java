package io.github.dsqljava.r2dbc;

import java.util.concurrent.CompletionStage;
import reactor.core.publisher.Mono;

/** Subscribes to a publisher for somebody who waits for a stage. */
final class Stages {

  private Stages() {}

  /** The stage of a publisher that gives a value, or whose value nobody looks at. */
  @SuppressWarnings("NullAway") // Reactor's type allows null for one that gives nothing
  static <T> CompletionStage<T> of(Mono<T> mono) {
    return mono.toFuture();
  }
}
