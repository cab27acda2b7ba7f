package io.github.dsqljava.local;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What some transactions did, and whether snapshot isolation with "first committer wins" explains
 * it. Every write has a value of its own and tells which one it replaced, so the order of all
 * versions is known.
 *
 * <p>By Cerone and Gotsman: it is snapshot isolation if following "wrote what the other read",
 * "wrote what the other replaced" and "ended before the other began", each perhaps with "read what
 * the other replaced" behind it, never leads back to where it began.
 */
final class History {
  /** One transaction as its session saw it. */
  static final class Attempt {
    final String name;
    long began;
    long ended = Long.MAX_VALUE;
    boolean committed;
    final Map<Integer, Long> reads = new HashMap<>();
    final Map<Integer, Long> replaced = new HashMap<>();
    final Map<Integer, Long> written = new HashMap<>();
    final Set<Integer> locked = new HashSet<>();
    final List<String> steps = new ArrayList<>();

    Attempt(String name) {
      this.name = name;
    }

    /** Takes notice of a value that a statement showed. */
    void sees(int row, long value) {
      steps.add("r" + row + "=" + value);
      Long own = written.get(row);
      if (own != null) {
        require(own == value, "did not see its own write of row " + row);
        return;
      }
      Long before = reads.putIfAbsent(row, value);
      require(before == null || before == value, "read row " + row + " twice, differently");
    }

    void locks(int row) {
      steps.add("l" + row);
      locked.add(row);
    }

    void writes(int row, long value, long old) {
      sees(row, old);
      steps.add("w" + row + "=" + value);
      replaced.putIfAbsent(row, old);
      written.put(row, value);
    }

    void require(boolean holds, String what) {
      if (!holds) {
        throw new AssertionError(name + " " + what + ": " + this);
      }
    }

    @Override
    public String toString() {
      return name + (committed ? " committed " : " lost ") + began + "-" + ended + " " + steps;
    }
  }

  private final List<Attempt> attempts;
  private final Map<Integer, Long> first;
  private final Map<Integer, Long> last;

  History(List<Attempt> attempts, Map<Integer, Long> first, Map<Integer, Long> last) {
    this.attempts = attempts;
    this.first = first;
    this.last = last;
  }

  void check() {
    Map<Integer, Map<Long, Attempt>> writers = new HashMap<>();
    Map<Integer, Map<Long, Attempt>> successors = new HashMap<>();
    for (Attempt attempt : attempts) {
      if (attempt.committed) {
        attempt.written.forEach(
            (row, value) -> writers.computeIfAbsent(row, r -> new HashMap<>()).put(value, attempt));
        attempt.replaced.forEach(
            (row, old) -> {
              Attempt other =
                  successors.computeIfAbsent(row, r -> new HashMap<>()).put(old, attempt);
              attempt.require(other == null, "lost an update of row " + row + " with " + other);
            });
      }
    }
    checkChains(writers, successors);
    Map<Attempt, Set<Attempt>> before = new HashMap<>();
    Map<Attempt, Set<Attempt>> reads = new HashMap<>();
    for (Attempt attempt : attempts) {
      attempt.reads.forEach(
          (row, value) -> {
            Attempt writer = writers.getOrDefault(row, Map.of()).get(value);
            attempt.require(
                writer != null || value.equals(first.get(row)), "read dirty data of row " + row);
            if (writer != null) {
              before.computeIfAbsent(writer, a -> new HashSet<>()).add(attempt);
            }
            Attempt next = successors.getOrDefault(row, Map.of()).get(value);
            if (next != null && next != attempt) {
              boolean locks = attempt.committed && attempt.locked.contains(row);
              (locks || attempt.committed && attempt.replaced.containsKey(row) ? before : reads)
                  .computeIfAbsent(attempt, a -> new HashSet<>())
                  .add(next);
            }
          });
      for (Attempt other : attempts) {
        if (attempt.committed && attempt.ended < other.began) {
          before.computeIfAbsent(attempt, a -> new HashSet<>()).add(other);
        }
      }
    }
    for (Attempt attempt : attempts) {
      attempt.require(
          !leadsBack(attempt, before, reads),
          "is part of a circle in " + attempts + " from " + first);
    }
  }

  /** Every committed write stands in the one line of versions from the first to the last. */
  private void checkChains(
      Map<Integer, Map<Long, Attempt>> writers, Map<Integer, Map<Long, Attempt>> successors) {
    first.forEach(
        (row, start) -> {
          long value = start;
          int count = 0;
          for (Attempt next = successors.getOrDefault(row, Map.of()).get(value);
              next != null;
              next = successors.getOrDefault(row, Map.of()).get(value)) {
            value = next.written.get(row);
            count++;
          }
          int written = writers.getOrDefault(row, Map.of()).size();
          if (value != last.get(row) || count != written) {
            throw new AssertionError(
                "row "
                    + row
                    + ": "
                    + written
                    + " committed, "
                    + count
                    + " in line, last "
                    + value
                    + " but found "
                    + last.get(row)
                    + " "
                    + attempts);
          }
        });
  }

  private static boolean leadsBack(
      Attempt start, Map<Attempt, Set<Attempt>> before, Map<Attempt, Set<Attempt>> reads) {
    Set<Attempt> seen = new HashSet<>();
    List<Attempt> next = new ArrayList<>(List.of(start));
    while (!next.isEmpty()) {
      Attempt from = next.remove(next.size() - 1);
      for (Attempt middle : before.getOrDefault(from, Set.of())) {
        List<Attempt> reached = new ArrayList<>(reads.getOrDefault(middle, Set.of()));
        reached.add(middle);
        for (Attempt to : reached) {
          if (to == start) {
            return true;
          }
          if (seen.add(to)) {
            next.add(to);
          }
        }
      }
    }
    return false;
  }
}
