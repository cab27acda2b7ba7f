package io.github.dsqljava.benchmarks.load;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The work that callers repeat, blocking or asynchronous as its client offers it. */
public sealed interface Operation {

  /** An operation that blocks its caller's thread. */
  @FunctionalInterface
  non-sealed interface Blocking extends Operation {
    /** Executes it once. Any exception ends the measurement. */
    Outcome execute(Call call) throws Exception;
  }

  /** An operation that answers later. */
  @FunctionalInterface
  non-sealed interface Async extends Operation {
    /**
     * Begins one execution.
     *
     * @param done to be called once, with the outcome or a failure, on a thread on which the next
     *     execution may begin
     */
    void execute(Call call, BiConsumer<@Nullable Outcome, @Nullable Throwable> done);
  }
}
