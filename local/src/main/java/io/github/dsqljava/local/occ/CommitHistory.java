package io.github.dsqljava.local.occ;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * First committer wins: remembers the commits of transactions as long as an older snapshot is open,
 * and tells a later transaction whether it may commit.
 *
 * <p>Thread-safe. Calls hold one lock, for no longer than a comparison of sets of rows takes.
 */
public final class CommitHistory {
  /** A transaction's view: it shows all commits before it was taken. Closed once. */
  public static final class Snapshot {
    private final long taken;
    private boolean open = true;

    private Snapshot(long taken) {
      this.taken = taken;
    }
  }

  /** A commit that has won; pending until it is confirmed or withdrawn. */
  public static final class Commit {
    private static final long PENDING = Long.MAX_VALUE;

    private final Map<RowId, RowStrength> footprint;
    private long number = PENDING;

    private Commit(Map<RowId, RowStrength> footprint) {
      this.footprint = Map.copyOf(footprint);
    }
  }

  private final List<Commit> commits = new ArrayList<>();
  private final TreeMap<Long, Integer> openSnapshots = new TreeMap<>();
  private long lastNumber;

  /** Begins a transaction. Pending commits count as concurrent with it. */
  public synchronized Snapshot open() {
    openSnapshots.merge(lastNumber, 1, Integer::sum);
    return new Snapshot(lastNumber);
  }

  /** Whether there is a commit that the snapshot does not show. */
  public synchronized boolean isBehind(Snapshot snapshot) {
    return commits.stream().anyMatch(commit -> commit.number > snapshot.taken);
  }

  /**
   * Ends a transaction by a commit.
   *
   * @param footprint the rows of its snapshot that it changed or locked, and how
   * @return the commit, if the transaction has won: the caller has to confirm or withdraw it. Empty
   *     if it has lost, and the history keeps nothing of it
   */
  public synchronized Optional<Commit> commit(
      Snapshot snapshot, Map<RowId, RowStrength> footprint) {
    if (!snapshot.open) {
      throw new IllegalStateException("the snapshot is closed");
    }
    for (Commit other : commits) {
      if (other.number > snapshot.taken && conflict(other.footprint, footprint)) {
        close(snapshot);
        return Optional.empty();
      }
    }
    Commit commit = new Commit(footprint);
    commits.add(commit);
    close(snapshot);
    return Optional.of(commit);
  }

  private static boolean conflict(
      Map<RowId, RowStrength> committed, Map<RowId, RowStrength> footprint) {
    for (Map.Entry<RowId, RowStrength> entry : footprint.entrySet()) {
      RowStrength other = committed.get(entry.getKey());
      if (other != null && other.conflictsWith(entry.getValue())) {
        return true;
      }
    }
    return false;
  }

  /** The commit has taken place: from now on snapshots show it. */
  public synchronized void confirm(Commit commit) {
    if (commit.number == Commit.PENDING) {
      commit.number = ++lastNumber;
      forget();
    }
  }

  /** The commit has not taken place after all. */
  public synchronized void withdraw(Commit commit) {
    commits.remove(commit);
  }

  /** Ends a transaction without a commit. Does nothing if it has ended. */
  public synchronized void close(Snapshot snapshot) {
    if (snapshot.open) {
      snapshot.open = false;
      openSnapshots.computeIfPresent(
          snapshot.taken, (unused, count) -> count == 1 ? null : count - 1);
      forget();
    }
  }

  /** Forgets commits that every open snapshot shows: they cannot conflict any more. */
  private void forget() {
    long oldest = openSnapshots.isEmpty() ? lastNumber : openSnapshots.firstKey();
    commits.removeIf(commit -> commit.number <= oldest);
  }

  /** Returns the number of remembered commits. */
  synchronized int size() {
    return commits.size();
  }
}
