package io.github.dsqljava.local.occ;

import java.util.concurrent.CompletableFuture;

/** What the conflict monitor does with the statement that a session runs, for tests. */
public final class Signals {
  private Signals() {}

  /** Whether a statement may be stopped because others wait for it. */
  public static boolean mayBeStopped(Interruption interruption) {
    return interruption.leave() == Interruption.Leave.TO_SET_OTHERS_FREE;
  }

  /** Asks for leave to cancel what runs now. */
  public static CompletableFuture<Boolean> prepare(Interruption interruption) {
    return interruption.prepare(interruption.busySince());
  }

  /** The signal has been sent. */
  public static void delivered(Interruption interruption, Runnable next) {
    interruption.delivered(next);
  }
}
