package io.github.dsqljava.local.occ;

import io.github.dsqljava.local.sql.SqlStrings;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The saved changes of a transaction that PostgreSQL has rolled back. */
final class Savings {
  /** No changes, in the encoding of {@code occ_save}: an empty JSON array. */
  static final String NO_CHANGES = "W10=";

  private String changes = NO_CHANGES;
  private String footprint = "";

  /** The counters of the limits; empty if all are zero. */
  private String counted = "";

  /** Shadow tables, in the form of {@code occ_overlay}. */
  private String shadows = "";

  /** Names for which shadows have been made or found unnecessary. */
  private final Set<String> known = new HashSet<>();

  /** Names of tables that it has not changed, so that it can read the real ones. */
  private final Set<String> readable = new HashSet<>();

  /** Shadows by "schema\0name". */
  private final Map<String, String> renames = new HashMap<>();

  private boolean stale;
  private @Nullable ClientFunctions functions;

  /** Takes the row of {@code occ_save}; it is empty if the transaction has done nothing yet. */
  void take(List<String> saved) {
    if (!saved.isEmpty()) {
      changes = saved.get(0);
      footprint = saved.get(1);
      if (!saved.get(2).isEmpty()) { // shadows count nothing
        counted = saved.get(2);
      }
    }
  }

  String changes() {
    return changes;
  }

  String footprint() {
    return footprint;
  }

  String shadows() {
    return shadows;
  }

  String counted() {
    return counted;
  }

  boolean hasChanges() {
    return !changes.equals(NO_CHANGES);
  }

  /** Whether there is nothing to repeat. */
  boolean isEmpty() {
    return !hasChanges() && counted.isEmpty();
  }

  /** Whether it has acted on a row with this strength. */
  boolean has(RowStrength strength) {
    return Footprint.mentions(footprint, strength);
  }

  Set<String> known() {
    return known;
  }

  Set<String> readable() {
    return readable;
  }

  /** The table or view with that name has a shadow with this one. */
  void rename(String schema, String name, String shadow) {
    renames.put(schema + '\0' + name, shadow);
  }

  /** Returns the shadows, by schema and name of the tables and views they stand in for. */
  Map<String, String> renames() {
    return Map.copyOf(renames);
  }

  /** Returns the qualified name of a table's or view's shadow; empty if it has none. */
  String shadowOf(String schema, String name) {
    String shadow = renames.get(schema + '\0' + name);
    return shadow == null ? "" : "pg_temp." + SqlStrings.identifier(shadow);
  }

  boolean knowsFunctions() {
    return functions != null;
  }

  void functions(ClientFunctions known) {
    functions = known;
  }

  /** Returns the clients' functions; none before it has asked for them. */
  ClientFunctions functions() {
    return functions == null ? ClientFunctions.NONE : functions;
  }

  /** Whether the search path may have changed since the shadows were named. */
  boolean isStale() {
    return stale && !shadows.isEmpty();
  }

  /** The client has set something, which may be the search path. */
  void mayBeStale() {
    stale = true;
  }

  /**
   * The shadows are gone.
   *
   * @param saved the earlier result of {@code occ_save_shadows}
   */
  void renew(List<String> saved) {
    take(saved);
    leaveShadows();
  }

  /** The shadows are gone. */
  void leaveShadows() {
    shadows = "";
    known.clear();
    readable.clear();
    renames.clear();
    stale = false;
  }

  /**
   * Takes a row of {@code occ_overlay}.
   *
   * @param whole whether all tables with these names now have shadows
   */
  void shadows(String made, Set<String> named, boolean whole) {
    shadows = made;
    (whole ? known : readable).addAll(named);
  }

  /** Takes the answer of {@code occ_overlay_views}. */
  void views(String made) {
    shadows = made;
  }
}
