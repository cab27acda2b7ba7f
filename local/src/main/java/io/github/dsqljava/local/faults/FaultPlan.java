package io.github.dsqljava.local.faults;

import io.github.dsqljava.local.faults.Fault.Kind;
import io.github.dsqljava.local.faults.Fault.Trigger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The armed faults of a cluster. Of several for one occasion, the one that was armed first strikes
 * first.
 *
 * <p>Thread-safe. As long as nothing is armed, a connection pays one volatile read for each batch.
 */
public final class FaultPlan {
  /**
   * A fault and the number of times it strikes.
   *
   * @param count at least 1
   */
  public record Order(int count, Fault fault) {
    /** Checks the count. */
    public Order {
      if (count < 1) {
        throw new IllegalArgumentException("count is " + count + ", not positive");
      }
    }
  }

  /** A fault that is taken out of the plan, on its way to a client. */
  public static final class Strike {
    private final Armed armed;

    private Strike(Armed armed) {
      this.armed = armed;
    }

    /** Returns the fault. */
    public Fault fault() {
      return armed.fault;
    }
  }

  private static final class Armed {
    private final Fault fault;
    private final @Nullable Object owner;
    private int left;

    /**
     * Whether the plan has dropped this entry, so that a strike given back later does not re-arm
     * it.
     */
    private boolean forgotten;

    Armed(Order order, @Nullable Object owner) {
      this.fault = order.fault();
      this.left = order.count();
      this.owner = owner;
    }
  }

  /** In the order of arming. A used-up entry stays while a strike of it may be given back. */
  private final List<Armed> armed = new ArrayList<>();

  /** The number of strikes under way; at zero, used-up entries are removed. */
  private int underWay;

  private volatile boolean statementsArmed;

  /** Starts without a fault. */
  public FaultPlan() {}

  /** Arms a fault to strike {@code count} times, after the faults that are armed already. */
  public synchronized void arm(int count, Fault fault) {
    armed.add(new Armed(new Order(count, fault), /* owner= */ null));
    noteStatements();
  }

  /** Replaces the faults that this owner has armed by others. */
  public synchronized void replace(Object owner, List<Order> orders) {
    forget(entry -> entry.owner == owner);
    orders.forEach(order -> armed.add(new Armed(order, owner)));
    noteStatements();
  }

  /** Forgets all faults that have not struck. */
  public synchronized void clear() {
    forget(entry -> true);
    noteStatements();
  }

  private void forget(Predicate<Armed> which) {
    armed.stream().filter(which).forEach(entry -> entry.forgotten = true);
    armed.removeIf(which);
  }

  /** Returns the number of strikes left for each kind; kinds that are not armed are left out. */
  public synchronized Map<Kind, Integer> remaining() {
    Map<Kind, Integer> remaining = new EnumMap<>(Kind.class);
    for (Armed entry : armed) {
      if (entry.left > 0) {
        remaining.merge(entry.fault.kind(), entry.left, Integer::sum);
      }
    }
    return remaining;
  }

  /** Whether a fault for statements is armed. */
  public boolean statementsArmed() {
    return statementsArmed;
  }

  /** Takes the next fault for an occasion that changes nothing out of the plan; null if none. */
  public @Nullable Strike take(Trigger trigger) {
    return take(Occasion.of(trigger));
  }

  /** Takes the next fault for an occasion out of the plan; null if there is none. */
  synchronized @Nullable Strike take(Occasion occasion) {
    for (Armed entry : armed) {
      if (entry.left > 0 && entry.fault.strikesAt(occasion)) {
        entry.left--;
        underWay++;
        noteStatements();
        return new Strike(entry);
      }
    }
    return null;
  }

  /** Puts back, in its old place, a fault that found nothing to strike. */
  public synchronized void giveBack(Strike strike) {
    if (!strike.armed.forgotten) {
      strike.armed.left++;
    }
    arrived();
  }

  /** Notes that a fault has struck. */
  public synchronized void struck(Strike strike) {
    arrived();
  }

  private void arrived() {
    underWay--;
    if (underWay == 0) {
      armed.removeIf(entry -> entry.left == 0);
    }
    noteStatements();
  }

  private void noteStatements() {
    statementsArmed =
        armed.stream()
            .anyMatch(entry -> entry.left > 0 && entry.fault.kind().trigger().isOfStatements());
  }
}
