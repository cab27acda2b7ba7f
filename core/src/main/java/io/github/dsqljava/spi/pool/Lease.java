package io.github.dsqljava.spi.pool;

/**
 * A connection in use by one caller, who gives it back with {@link #release()} or {@link
 * #discard()}. Safe to use from several threads.
 *
 * @param <C> the type of connections
 */
public final class Lease<C> {

  /** Takes a connection back. */
  @FunctionalInterface
  interface Return<C> {

    /**
     * Ends a lease.
     *
     * @return whether it had not ended before
     */
    boolean end(Lease<C> lease, boolean reusable);
  }

  private final C connection;
  private final Return<C> home;
  private volatile boolean due;

  Lease(C connection, Return<C> home) {
    this.connection = connection;
    this.home = home;
  }

  /** The connection. */
  public C connection() {
    return connection;
  }

  /**
   * Whether the pool wants the connection back, because it has a replacement, or the connection is
   * too old, lost, or expired. For a caller that uses a connection again and again; it may finish
   * its current work first.
   */
  public boolean isDue() {
    return due;
  }

  void markDue() {
    due = true;
  }

  /**
   * Gives the connection back for other callers.
   *
   * @return whether this ended the lease; false if it had ended before, as with its connection
   */
  public boolean release() {
    return home.end(this, /* reusable= */ true);
  }

  /**
   * Gives the connection back to be closed by the pool.
   *
   * @return whether this ended the lease; false if it had ended before, as with its connection
   */
  public boolean discard() {
    return home.end(this, /* reusable= */ false);
  }
}
