package io.github.dsqljava.benchmarks.peer;

import io.github.dsqljava.benchmarks.load.Starter;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.dns.AddressResolverOptions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A Vert.x with its default number of event loops, and callers that are spread over them as the
 * verticles of a program are: one context each.
 */
final class VertxCallers implements AutoCloseable {
  private static final long LIMIT_SECONDS = 60;

  private final Vertx vertx;
  private final List<Context> contexts = new CopyOnWriteArrayList<>();

  private VertxCallers(Vertx vertx) {
    this.vertx = vertx;
  }

  static VertxCallers start() {
    return start(new VertxOptions());
  }

  /** Callers for whom a name leads to this machine. */
  static VertxCallers start(String loopbackName) {
    return start(
        new VertxOptions()
            .setAddressResolverOptions(
                new AddressResolverOptions()
                    .setHostsValue(Buffer.buffer("127.0.0.1 " + loopbackName + "\n"))));
  }

  private static VertxCallers start(VertxOptions options) {
    return new VertxCallers(Vertx.vertx(options));
  }

  Vertx vertx() {
    return vertx;
  }

  Starter starter() {
    return (caller, step) -> context(caller).runOnContext(v -> step.run());
  }

  private synchronized Context context(int caller) {
    while (contexts.size() <= caller) {
      await(vertx.deployVerticle(new CallerVerticle()));
    }
    return contexts.get(caller);
  }

  /** Begins something on so many contexts at once, and waits for all. */
  <T> List<T> onContexts(int count, Supplier<Future<T>> task) {
    List<Future<T>> started =
        IntStream.range(0, count)
            .mapToObj(
                i ->
                    Future.<T>future(
                        promise -> context(i).runOnContext(v -> task.get().onComplete(promise))))
            .toList();
    await(Future.all(started));
    return started.stream().map(Future::result).toList();
  }

  static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Failed: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted", e);
    }
  }

  @Override
  public void close() {
    await(vertx.close());
  }

  /** Has a context, on the event loop whose turn it is. */
  private final class CallerVerticle extends VerticleBase {
    @Override
    public Future<?> start() {
      contexts.add(context);
      return Future.succeededFuture();
    }
  }
}
