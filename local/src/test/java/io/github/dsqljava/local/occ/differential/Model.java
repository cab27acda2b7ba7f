package io.github.dsqljava.local.occ.differential;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is committed, who has committed it, and who has to lose. No SQL and no sessions in it. */
final class Model {
  /** How a COMMIT may end. */
  enum Outcome {
    COMMITTED,
    CONFLICT,
    /** The error that PostgreSQL gives without any conflict. */
    ERROR
  }

  /**
   * @param allowed all ends that are right
   * @param reason for people
   */
  record Verdict(Set<Outcome> allowed, String reason) {}

  private final List<Footprint> commits = new ArrayList<>();
  private State committed;

  Model(State start) {
    this.committed = start;
  }

  State committed() {
    return committed;
  }

  /** A snapshot taken now shows all commits before this number. */
  int now() {
    return commits.size();
  }

  /** Whether a transaction with this snapshot may commit, must lose, or either. */
  Verdict verdict(int snapshot, Footprint mine) {
    String doubt = "";
    for (Footprint other : commits.subList(snapshot, commits.size())) {
      for (Map.Entry<Footprint.RowId, Strength> row : mine.rows.entrySet()) {
        Strength theirs = other.rows.get(row.getKey());
        if (theirs != null && theirs.conflictsWith(row.getValue())) {
          return new Verdict(
              EnumSet.of(Outcome.CONFLICT),
              "%s: %s here, %s committed before".formatted(row.getKey(), row.getValue(), theirs));
        }
      }
      for (Map.Entry<Footprint.KeyId, Boolean> key : mine.keys.entrySet()) {
        Boolean theirs = other.keys.get(key.getKey());
        if (theirs != null) {
          if (theirs && key.getValue() && isTaken(key.getKey())) {
            return new Verdict(
                EnumSet.of(Outcome.CONFLICT), "both made the key " + key.getKey().key());
          }
          doubt = "a key that both made, and one took away: " + key.getKey().key();
        }
      }
      if (maybe(mine.maybeRows, other.rows)
          || maybe(mine.rows, other.maybeRows)
          || maybe(mine.maybeRows, other.maybeRows)) {
        doubt = "a lock whose effect is not known";
      }
    }
    return doubt.isEmpty()
        ? new Verdict(EnumSet.of(Outcome.COMMITTED), "nothing in common with anybody")
        : new Verdict(EnumSet.of(Outcome.COMMITTED, Outcome.CONFLICT), doubt);
  }

  private boolean isTaken(Footprint.KeyId key) {
    return committed.rows(key.table()).values().stream()
        .anyMatch(row -> key.key().equals(row.keys().get(key.index())));
  }

  private static boolean maybe(
      Map<Footprint.RowId, Strength> some, Map<Footprint.RowId, Strength> others) {
    return some.entrySet().stream()
        .anyMatch(
            row -> {
              Strength other = others.get(row.getKey());
              return other != null && other.conflictsWith(row.getValue());
            });
  }

  /** Whether somebody has made a key after the snapshot that a foreign key may need. */
  boolean keysCameAfter(int snapshot) {
    return commits.subList(snapshot, commits.size()).stream()
        .anyMatch(commit -> !commit.keys.isEmpty());
  }

  void commit(Footprint footprint, State before, State after) {
    commits.add(footprint);
    committed = committed.with(before, after);
  }
}
