package io.github.dsqljava;

/**
 * The connector or the pool is closed, or was closed while the caller waited for a connection.
 *
 * <pre>{@code
 * if (failure instanceof ClosedException) {
 *   return; // shutting down
 * }
 * }</pre>
 */
public final class ClosedException extends DsqlException {

  private static final long serialVersionUID = 1L;

  /**
   * Made by what was closed.
   *
   * @param what it is and where it leads, to stand at the beginning of a sentence
   */
  public ClosedException(String what) {
    super(what + " is closed; make a new one", null);
  }
}
