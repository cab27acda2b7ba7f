package io.github.dsqljava.benchmarks.jmh;

import io.github.dsqljava.spi.pool.ConnectionSource;
import io.github.dsqljava.spi.pool.PoolScheduler;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryMetadata;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** Connections that do nothing, for each kind of pool. */
final class IdleConnections {
  private IdleConnections() {}

  /** For this project's pool. */
  static final class Source implements ConnectionSource<Object> {
    @Override
    public CompletionStage<Object> open(@Nullable Object preference, Runnable lost) {
      return CompletableFuture.completedFuture(new Object());
    }

    @Override
    public CompletionStage<Void> close(Object connection) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> abort(Object connection) {
      return close(connection);
    }
  }

  /** Nothing is due while the benchmark runs. */
  static final class Timers implements PoolScheduler {
    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public void schedule(Duration delay, Runnable task) {
      // Never runs.
    }
  }

  /** For HikariCP. */
  static DataSource dataSource() {
    return stub(
        DataSource.class,
        (self, method, arguments) ->
            method.getName().equals("getConnection")
                ? stub(java.sql.Connection.class, IdleConnections::nothing)
                : nothing(self, method, arguments));
  }

  /** For r2dbc-pool. */
  static ConnectionFactory connectionFactory() {
    return new ConnectionFactory() {
      @Override
      public Publisher<? extends Connection> create() {
        return Mono.fromSupplier(() -> stub(Connection.class, IdleConnections::nothing));
      }

      @Override
      public ConnectionFactoryMetadata getMetadata() {
        return () -> "none";
      }
    };
  }

  private static <T> T stub(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            IdleConnections.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  /** Accepts every call, and returns the default value of its return type. */
  private static @Nullable Object nothing(
      Object self, Method method, Object @Nullable [] arguments) {
    Class<?> type = method.getReturnType();
    if (type == boolean.class) {
      return !method.getName().equals("isClosed");
    }
    if (type == int.class) {
      return 0;
    }
    return Publisher.class.isAssignableFrom(type) ? publisher(method) : null;
  }

  private static Publisher<?> publisher(Method method) {
    return method.getName().equals("validate") ? Mono.just(true) : Mono.empty();
  }
}
