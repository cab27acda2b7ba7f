package io.github.dsqljava.local.postgres;

/** Helps with the threads of a cluster. */
public final class Threads {
  private Threads() {}

  /**
   * Waits until a thread has ended that was told to. An interrupt of the caller does not shorten
   * the wait, and is not lost.
   */
  public static void awaitEnd(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
