package io.github.dsqljava.local.occ.differential;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The content of all tables of a schema, row by row. Not changed once it is made. */
final class State {
  /**
   * @param values all columns as text
   * @param keys for each unique index the key, or null
   * @param written whether the transaction that reads has made this version of the row
   */
  record Row(List<String> values, List<String> keys, boolean written) {
    Row committed() {
      return new Row(values, keys, false);
    }
  }

  private final Map<Table, Map<List<String>, Row>> tables;

  /** Rows whose key was there before; only a table that is wrong has any. */
  private final List<String> duplicates;

  State(Map<Table, Map<List<String>, Row>> tables, List<String> duplicates) {
    this.tables = tables;
    this.duplicates = duplicates;
  }

  /**
   * @param rows for each table columns, unique keys, and whether it was written
   */
  static State of(List<Table> tables, List<List<List<String>>> rows) {
    Map<Table, Map<List<String>, Row>> content = new HashMap<>();
    List<String> duplicates = new ArrayList<>();
    for (int t = 0; t < tables.size(); t++) {
      Table table = tables.get(t);
      Map<List<String>, Row> byKey = new TreeMap<>(State::compare);
      for (List<String> raw : rows.get(t)) {
        int columns = table.columns().size();
        int keys = table.uniques().size();
        Row row =
            new Row(
                raw.subList(0, columns),
                raw.subList(columns, columns + keys),
                "t".equals(raw.get(columns + keys)));
        if (byKey.put(raw.subList(0, table.keySize()), row) != null) {
          duplicates.add(table.name() + " " + raw.subList(0, columns));
        }
      }
      content.put(table, byKey);
    }
    return new State(content, duplicates);
  }

  private static int compare(List<String> one, List<String> other) {
    for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
      String a = String.valueOf(one.get(i));
      String b = String.valueOf(other.get(i));
      int order = a.length() == b.length() ? a.compareTo(b) : a.length() - b.length();
      if (order != 0) {
        return order;
      }
    }
    return one.size() - other.size();
  }

  /** Rows by their keys. */
  Map<List<String>, Row> rows(Table table) {
    return tables.get(table);
  }

  List<String> duplicates() {
    return duplicates;
  }

  /** This one with all differences between two others. */
  State with(State before, State after) {
    Map<Table, Map<List<String>, Row>> merged = new HashMap<>();
    tables.forEach(
        (table, mine) -> {
          Map<List<String>, Row> rows = new TreeMap<>(State::compare);
          rows.putAll(mine);
          before
              .rows(table)
              .keySet()
              .forEach(
                  key -> {
                    if (!after.rows(table).containsKey(key)) {
                      rows.remove(key);
                    }
                  });
          after
              .rows(table)
              .forEach(
                  (key, row) -> {
                    Row old = before.rows(table).get(key);
                    if (old == null || !old.values.equals(row.values)) {
                      rows.put(key, row.committed());
                    }
                  });
          merged.put(table, rows);
        });
    return new State(merged, List.of());
  }

  /** What another one has in other words, or an empty text. */
  String difference(State other) {
    StringBuilder text = new StringBuilder();
    tables.forEach(
        (table, mine) -> {
          Map<List<String>, Row> theirs = other.rows(table);
          mine.forEach(
              (key, row) -> {
                Row there = theirs.get(key);
                if (there == null) {
                  text.append("%s: row %s is missing%n".formatted(table.name(), row.values));
                } else if (!there.values.equals(row.values)) {
                  text.append(
                      "%s: %s in place of %s%n".formatted(table.name(), there.values, row.values));
                }
              });
          theirs.forEach(
              (key, row) -> {
                if (!mine.containsKey(key)) {
                  text.append("%s: row %s is too much%n".formatted(table.name(), row.values));
                }
              });
        });
    return text.toString();
  }
}
