package io.github.dsqljava.local.occ;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The waits of sessions for each other.
 *
 * @param blockers process ids of the blocking sessions, by the process id of the waiting one
 */
record WaitGraph(Map<Integer, Set<Integer>> blockers) {
  boolean waits(int pid) {
    return blockers.containsKey(pid);
  }

  /** All sessions that block another one. */
  Set<Integer> blocking() {
    Set<Integer> all = new HashSet<>();
    blockers.values().forEach(all::addAll);
    return all;
  }

  /** Members of circles: each waits, through others, for itself. */
  List<Integer> inCircles() {
    List<Integer> found = new ArrayList<>();
    for (Integer start : blockers.keySet()) {
      if (reaches(start)) {
        found.add(start);
      }
    }
    return found;
  }

  private boolean reaches(int start) {
    Set<Integer> seen = new HashSet<>();
    Deque<Integer> next = new ArrayDeque<>(blockers.getOrDefault(start, Set.of()));
    while (!next.isEmpty()) {
      int pid = next.removeFirst();
      if (pid == start) {
        return true;
      }
      if (seen.add(pid)) {
        next.addAll(blockers.getOrDefault(pid, Set.of()));
      }
    }
    return false;
  }
}
