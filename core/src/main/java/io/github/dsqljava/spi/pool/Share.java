package io.github.dsqljava.spi.pool;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One caller's place on a connection that others use at the same time. The caller ends it with
 * {@link #release()} or {@link #discard()}. Safe to use from several threads.
 *
 * @param <C> the type of connections
 */
public final class Share<C> {
  private final C connection;
  private final Consumer<Boolean> home;
  private final AtomicBoolean over = new AtomicBoolean();

  /**
   * @param home called once, with true if the connection is still usable
   */
  Share(C connection, Consumer<Boolean> home) {
    this.connection = connection;
    this.home = home;
  }

  /** The connection. */
  public C connection() {
    return connection;
  }

  /** Gives the place back for another caller. */
  public void release() {
    end(/* reusable= */ true);
  }

  /**
   * Gives the place back. The connection takes no further callers and is closed after its last use.
   */
  public void discard() {
    end(/* reusable= */ false);
  }

  private void end(boolean reusable) {
    if (over.compareAndSet(false, true)) {
      home.accept(reusable);
    }
  }
}
