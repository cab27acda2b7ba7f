package io.github.dsqljava.local.occ.differential;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What a transaction has done to rows and keys of its snapshot, found by comparing contents before
 * and after each of its statements.
 */
final class Footprint {
  record RowId(Table table, List<String> key) {
    @Override
    public String toString() {
      return table.name() + key;
    }
  }

  record KeyId(Table table, int index, String key) {}

  /** Surely done, so that others see it. */
  final Map<RowId, Strength> rows = new HashMap<>();

  /** Maybe; the sources do not say whether it counts. */
  final Map<RowId, Strength> maybeRows = new HashMap<>();

  /** Unique keys that it has made; the value says whether they still are there. */
  final Map<KeyId, Boolean> keys = new HashMap<>();

  private final Map<RowId, Set<RowId>> references = new HashMap<>();
  private final State before;

  Footprint(State before) {
    this.before = before;
  }

  /** After a lock read. */
  void locks(Table table, Strength strength, List<List<String>> answer) {
    for (List<String> row : answer) {
      List<String> key = row.subList(0, table.keySize());
      if (before.rows(table).containsKey(key)) {
        add(table.keyed() ? rows : maybeRows, new RowId(table, key), strength);
      }
    }
  }

  /** After a statement that may have written. */
  void observe(List<Table> tables, State previous, State next) {
    for (Table table : tables) {
      Map<List<String>, State.Row> old = previous.rows(table);
      for (List<String> key : old.keySet()) {
        if (!next.rows(table).containsKey(key)) {
          touch(table, key, Strength.UPDATE);
        }
      }
      next.rows(table).forEach((key, row) -> compare(table, key, old.get(key), row, next));
    }
  }

  private void compare(Table table, List<String> key, State.Row old, State.Row row, State next) {
    if (!row.written()) {
      return;
    }
    boolean keyChange = false;
    for (int i = 0; i < table.uniques().size(); i++) {
      String made = row.keys().get(i);
      if (old == null || !Objects.equals(old.keys().get(i), made)) {
        keyChange |= table.uniques().get(i).strong();
        if (made != null) {
          keys.put(new KeyId(table, i, made), true);
        }
      }
    }
    touch(table, key, keyChange ? Strength.UPDATE : Strength.NO_KEY_UPDATE);
    for (Table.Reference reference : table.references()) {
      List<String> target = table.valuesOf(reference.columns(), row.values());
      boolean same =
          old != null && table.valuesOf(reference.columns(), old.values()).equals(target);
      if (!same && !target.contains(null)) {
        share(new RowId(table, key), reference, target, next);
      }
    }
  }

  private void share(RowId child, Table.Reference reference, List<String> target, State next) {
    Table parent = reference.parent();
    next.rows(parent)
        .forEach(
            (key, row) -> {
              if (parent.valuesOf(reference.parentColumns(), row.values()).equals(target)
                  && before.rows(parent).containsKey(key)) {
                references
                    .computeIfAbsent(new RowId(parent, key), unused -> new HashSet<>())
                    .add(child);
              }
            });
  }

  private void touch(Table table, List<String> key, Strength strength) {
    if (before.rows(table).containsKey(key)) {
      add(rows, new RowId(table, key), strength);
    }
  }

  private static void add(Map<RowId, Strength> rows, RowId row, Strength strength) {
    rows.merge(row, strength, Strength::or);
  }

  /** Once, at the end: what was made and is gone, counts for maybe. */
  void finish(State after) {
    keys.replaceAll(
        (key, unused) ->
            after.rows(key.table).values().stream()
                .anyMatch(row -> key.key.equals(row.keys().get(key.index))));
    references.forEach(
        (parent, children) -> {
          boolean still =
              children.stream()
                  .anyMatch(
                      child -> {
                        State.Row row = after.rows(child.table).get(child.key);
                        return row != null && refersTo(child.table, row, parent, after);
                      });
          add(still ? rows : maybeRows, parent, Strength.KEY_SHARE);
        });
  }

  private static boolean refersTo(Table child, State.Row row, RowId parent, State after) {
    State.Row target = after.rows(parent.table).get(parent.key);
    return target != null
        && child.references().stream()
            .filter(reference -> reference.parent().equals(parent.table))
            .anyMatch(
                reference ->
                    child
                        .valuesOf(reference.columns(), row.values())
                        .equals(parent.table.valuesOf(reference.parentColumns(), target.values())));
  }
}
