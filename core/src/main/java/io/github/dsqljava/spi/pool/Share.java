package io.github.dsqljava.spi.pool;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One caller's place on a connection that others use at the same time. The caller ends it with
 * {@link #release()} or {@link #discard()}. Safe to use from several threads.
 *
 * @param <C> what a connection is
 */
public final class Share<C> {
  private final C connection;
  private final Consumer<Boolean> home;
  private final AtomicBoolean over = new AtomicBoolean();

  /**
   * @param home is told, once, whether the connection is of further use
   */
  Share(C connection, Consumer<Boolean> home) {
    this.connection = connection;
    this.home = home;
  }

  /** The connection. */
  public C connection() {
    return connection;
  }

  /** Gives the place to somebody else. */
  public void release() {
    end(/* reusable= */ true);
  }

  /** The same, and nobody else gets a place on this connection: it is closed after its last use. */
  public void discard() {
    end(/* reusable= */ false);
  }

  private void end(boolean reusable) {
    if (over.compareAndSet(false, true)) {
      home.accept(reusable);
    }
  }
}
