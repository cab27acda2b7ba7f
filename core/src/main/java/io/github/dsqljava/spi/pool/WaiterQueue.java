package io.github.dsqljava.spi.pool;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The waiting callers in the order of their arrival, after those that go ahead. Guarded by the
 * pool's lock.
 */
final class WaiterQueue<C> {

  private final Set<Waiter<C>> ahead = new LinkedHashSet<>();
  private final Set<Waiter<C>> others = new LinkedHashSet<>();

  int size() {
    return ahead.size() + others.size();
  }

  private Set<Waiter<C>> of(Waiter<C> waiter) {
    return waiter.ahead ? ahead : others;
  }

  void add(Waiter<C> waiter) {
    of(waiter).add(waiter);
  }

  void remove(Waiter<C> waiter) {
    of(waiter).remove(waiter);
  }

  /** Removes and returns the first one; null if there is none. */
  @Nullable Waiter<C> poll() {
    Iterator<Waiter<C>> queue = (ahead.isEmpty() ? others : ahead).iterator();
    if (!queue.hasNext()) {
      return null;
    }
    Waiter<C> first = queue.next();
    queue.remove();
    return first;
  }

  /** Removes and returns all of them. */
  List<Waiter<C>> pollAll() {
    List<Waiter<C>> all = new ArrayList<>(ahead);
    all.addAll(others);
    ahead.clear();
    others.clear();
    return all;
  }

  /** Returns the callers whose deadline has come. */
  List<Waiter<C>> late(long now) {
    List<Waiter<C>> late = new ArrayList<>();
    for (Set<Waiter<C>> waiters : List.of(ahead, others)) {
      for (Waiter<C> waiter : waiters) {
        if (now - waiter.deadline >= 0) {
          late.add(waiter);
        }
      }
    }
    return late;
  }

  /** Returns the earliest deadline, at the latest the horizon. */
  long nextDeadline(long horizon) {
    long next = horizon;
    for (Set<Waiter<C>> waiters : List.of(ahead, others)) {
      for (Waiter<C> waiter : waiters) {
        next = Times.earlier(next, waiter.deadline);
      }
    }
    return next;
  }

  /** Returns the preference of the caller at a place, from 0; null if there is none. */
  @Nullable Object preferenceAt(int place) {
    boolean isAhead = place < ahead.size();
    Iterator<Waiter<C>> queue = (isAhead ? ahead : others).iterator();
    for (int i = isAhead ? 0 : ahead.size(); i < place && queue.hasNext(); i++) {
      queue.next();
    }
    return queue.hasNext() ? queue.next().preference : null;
  }
}
