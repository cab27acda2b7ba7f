package io.github.dsqljava.spi.pool;

/**
 * A connection in the hands of one caller, who ends this with {@link #release()} or {@link
 * #discard()}. Safe to use from several threads.
 *
 * @param <C> what a connection is
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
   * Whether the pool wants the connection back, because another one is there in its place, or it is
   * too old, lost, or not wanted any more. For a caller that uses a connection again and again;
   * what is under way may be finished.
   */
  public boolean isDue() {
    return due;
  }

  void markDue() {
    due = true;
  }

  /**
   * Gives the connection back, for others to use.
   *
   * @return whether this ended the lease; false if it had ended before, as with its connection
   */
  public boolean release() {
    return home.end(this, /* reusable= */ true);
  }

  /**
   * Gives the connection back for nobody to use: the pool closes it.
   *
   * @return whether this ended the lease; false if it had ended before, as with its connection
   */
  public boolean discard() {
    return home.end(this, /* reusable= */ false);
  }
}
