package io.github.dsqljava.local.occ.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** All schemas, and what they have in common. */
final class Schemas {
  /** Every schema has it; everybody changes its few rows, so that transactions meet. */
  static final Table HOT = Table.keyed("public.hot", "id").with("n");

  private static final int HOT_ROWS = 2;

  private Schemas() {}

  /** What comes before all schemas. */
  static List<String> roles() {
    return List.of("CREATE ROLE dave WITH LOGIN", "CREATE TABLE hot (id int PRIMARY KEY, n int)");
  }

  static List<Schema> all() {
    return List.of(
        AccountsSchema.create(),
        NamesSchema.create(),
        OwnNamesSchema.create(),
        CompositeSchema.create(),
        IndexesSchema.create(),
        ForeignKeysSchema.create(),
        DeferredSchema.create(),
        ChecksSchema.create(),
        NestedFunctionsSchema.create(),
        FunctionsSchema.create(),
        NotValidSchema.create(),
        TwoSchemasSchema.create(),
        SizesSchema.create(),
        RightsSchema.create(),
        LedgerSchema.create());
  }

  static Statement changeHot(Table hot, Dice dice) {
    return Statement.write(
        "UPDATE " + hot.name() + " SET n = n + 1 WHERE id = ?", dice.between(1, HOT_ROWS));
  }

  static List<List<String>> hotRows() {
    return rows(HOT_ROWS, i -> values(i, 0));
  }

  /** Rows 1 to the count. */
  static List<List<String>> rows(int count, IntFunction<List<String>> row) {
    List<List<String>> rows = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      rows.add(row.apply(i));
    }
    return rows;
  }

  static List<String> values(Object... values) {
    List<String> row = new ArrayList<>();
    for (Object value : values) {
      row.add(value == null ? null : value.toString());
    }
    return row;
  }
}
