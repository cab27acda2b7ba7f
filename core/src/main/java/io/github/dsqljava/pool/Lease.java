package io.github.dsqljava.pool;

/**
 * A connection in the hands of one caller, who ends this with {@link #release()} or {@link
 * #discard()}. Safe to use from several threads.
 *
 * @param <C> what a connection is
 */
public final class Lease<C> {
  private final AsyncPool<C> pool;
  private final PoolSlot<C> slot;
  private final C connection;

  Lease(AsyncPool<C> pool, PoolSlot<C> slot, C connection) {
    this.pool = pool;
    this.slot = slot;
    this.connection = connection;
  }

  /** The connection. */
  public C connection() {
    return connection;
  }

  /**
   * Gives the connection back, for others to use.
   *
   * @return whether this ended the lease; false if it had ended before
   */
  public boolean release() {
    return pool.end(this, slot, /* reusable= */ true);
  }

  /**
   * Gives the connection back for nobody to use: the pool closes it.
   *
   * @return whether this ended the lease; false if it had ended before
   */
  public boolean discard() {
    return pool.end(this, slot, /* reusable= */ false);
  }
}
