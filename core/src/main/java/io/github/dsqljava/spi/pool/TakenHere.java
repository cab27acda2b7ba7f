package io.github.dsqljava.spi.pool;

/** The stack of a call that took a connection. Never thrown. */
final class TakenHere extends Throwable {

  private static final long serialVersionUID = 1L;

  TakenHere() {
    super("The connection was taken here, by thread " + Thread.currentThread().getName());
  }
}
