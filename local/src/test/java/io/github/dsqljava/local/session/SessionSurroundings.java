package io.github.dsqljava.local.session;

import io.github.dsqljava.local.occ.Signals;
import java.util.Random;

/** What happens beside the client of a {@link SessionRig}. */
final class SessionSurroundings {
  private final SessionRig rig;
  private final SessionRig.Cluster cluster;
  private final Random random;
  private final boolean othersStay;
  private boolean others;
  private boolean signalled;

  SessionSurroundings(
      SessionRig rig, SessionRig.Cluster cluster, Random random, boolean othersStay) {
    this.rig = rig;
    this.cluster = cluster;
    this.random = random;
    this.othersStay = othersStay;
  }

  void happens(int times) throws Exception {
    for (int i = 0; i < times; i++) {
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> rig.answer();
        case 3 -> rig.runTasks();
        case 4 -> rig.runTimers();
        case 5 -> somebodyWaits();
        case 6 -> others(!others);
        default -> signal();
      }
    }
  }

  /**
   * Only DDL waits for a transaction that is off the tables or has just given way, and none of that
   * is here.
   */
  private void somebodyWaits() {
    var running = rig.session().transaction();
    if (running != null && !running.isOffTables() && !running.isAtBase()) {
      rig.somebodyWaits();
    }
  }

  private void others(boolean come) {
    if (othersStay || come == others) {
      return;
    }
    others = come;
    if (come) {
      cluster.contention.activated();
    } else {
      cluster.contention.deactivated();
    }
  }

  /** Cancels what runs, as far as the session lets that happen. */
  private void signal() throws Exception {
    var interruption = rig.session().interruption();
    if (signalled) {
      signalled = false;
      rig.postgres().forgetCancellation(); // it hits what runs, or nothing
      Signals.delivered(interruption, rig.session()::pump);
    } else if (Signals.mayBeStopped(interruption)) {
      var granted = Signals.prepare(interruption);
      rig.runTasks();
      signalled = granted.get();
      if (signalled && random.nextBoolean()) {
        rig.postgres().cancelNext();
      }
    }
  }

  /** All that is under way comes to its end. */
  void settles() throws Exception {
    if (signalled) {
      signal();
    }
    rig.settle();
  }

  /** Other sessions go. */
  void ends() {
    others(false);
  }
}
