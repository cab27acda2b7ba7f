package io.github.dsqljava.local.wire;

import io.github.dsqljava.local.wire.Fault.Kind;
import io.github.dsqljava.local.wire.Fault.Trigger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The faults that a cluster has been told to have. For one trigger, the fault that was armed first
 * strikes first.
 *
 * <p>Thread-safe. As long as nothing is armed, a connection pays one volatile read per batch.
 */
public final class FaultPlan {
  /** A fault that is taken out of the plan, on its way to a client. */
  record Strike(Fault fault, int round) {}

  private static final class Armed {
    private final Fault fault;
    private int left;

    Armed(Fault fault, int left) {
      this.fault = fault;
      this.left = left;
    }
  }

  private final Map<Trigger, Deque<Armed>> armed = new EnumMap<>(Trigger.class);

  /** Counts the calls of {@link #clear}: what was taken before one does not come back after it. */
  private int round;

  private volatile boolean statementsArmed;

  /** Starts without a fault. */
  public FaultPlan() {
    for (Trigger trigger : Trigger.values()) {
      armed.put(trigger, new ArrayDeque<>());
    }
  }

  /** Lets a fault strike so many times, after those that are armed already. */
  public synchronized void arm(int count, Fault fault) {
    queue(fault.kind().trigger()).addLast(new Armed(fault, count));
    noteStatements();
  }

  /** Forgets all that has not struck. */
  public synchronized void clear() {
    round++;
    armed.values().forEach(Deque::clear);
    noteStatements();
  }

  /** How often faults of each kind are still to strike; kinds that are not armed are left out. */
  public synchronized Map<Kind, Integer> remaining() {
    Map<Kind, Integer> remaining = new EnumMap<>(Kind.class);
    armed.values().stream()
        .flatMap(Deque::stream)
        .forEach(entry -> remaining.merge(entry.fault.kind(), entry.left, Integer::sum));
    return remaining;
  }

  /** Whether anything but logins is to fail. */
  boolean statementsArmed() {
    return statementsArmed;
  }

  /** Takes the next fault for a trigger out of the plan; null if there is none. */
  synchronized @Nullable Strike take(Trigger trigger) {
    Deque<Armed> queue = queue(trigger);
    Armed next = queue.peekFirst();
    if (next == null) {
      return null;
    }
    next.left--;
    if (next.left == 0) {
      queue.removeFirst();
      noteStatements();
    }
    return new Strike(next.fault, round);
  }

  /** Puts back, as the next one, a fault that found nothing to strike. */
  synchronized void giveBack(Strike strike) {
    if (strike.round() == round) {
      queue(strike.fault().kind().trigger()).addFirst(new Armed(strike.fault(), 1));
      noteStatements();
    }
  }

  private Deque<Armed> queue(Trigger trigger) {
    return Objects.requireNonNull(armed.get(trigger));
  }

  private void noteStatements() {
    statementsArmed =
        armed.entrySet().stream()
            .anyMatch(entry -> entry.getKey() != Trigger.LOGIN && !entry.getValue().isEmpty());
  }
}
