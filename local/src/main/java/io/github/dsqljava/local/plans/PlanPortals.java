package io.github.dsqljava.local.plans;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The unread rows of plans in the portals of a session. PostgreSQL sends a whole plan in one row,
 * so the rows behind the first Execute's limit wait here. Belongs to an event loop.
 */
public final class PlanPortals {
  /** The query that a session sends to PostgreSQL before a group that asks for plans. */
  public static final String PRIMARY_KEYS = "SELECT dsql_internal.primary_keys()";

  private final boolean estimatesDpu;
  private Set<String> primaryKeys = Set.of();
  private final Map<String, List<String>> rest = new HashMap<>();

  /** For a new session. */
  public PlanPortals(boolean estimatesDpu) {
    this.estimatesDpu = estimatesDpu;
  }

  /** Takes the answer to {@link #PRIMARY_KEYS}. */
  public void primaryKeys(String answer) {
    primaryKeys = Surroundings.readNames(answer);
  }

  Surroundings surroundings(Map<String, String> shadows) {
    return new Surroundings(shadows, primaryKeys, estimatesDpu);
  }

  Map<String, List<String>> state() {
    return Map.copyOf(rest);
  }

  /** Goes back to an earlier state. */
  void restore(Map<String, List<String>> state) {
    rest.clear();
    rest.putAll(state);
  }

  void forget(String portal) {
    rest.remove(portal);
  }

  void keep(String portal, List<String> rows) {
    rest.put(portal, rows);
  }

  /**
   * Takes the next rows.
   *
   * @param max the largest number of rows; 0 for all
   */
  List<String> take(String portal, int max) {
    List<String> rows = rest.getOrDefault(portal, List.of());
    int count = max == 0 ? rows.size() : Math.min(max, rows.size());
    if (count < rows.size()) {
      rest.put(portal, rows.subList(count, rows.size()));
    } else {
      rest.remove(portal);
    }
    return rows.subList(0, count);
  }
}
