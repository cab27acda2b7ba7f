package io.github.dsqljava.local.occ.differential;

import static io.github.dsqljava.local.occ.differential.Feature.INDEXES;
import static io.github.dsqljava.local.occ.differential.Feature.KEY_CHANGES;
import static io.github.dsqljava.local.occ.differential.Feature.OLD_KEYS;
import static io.github.dsqljava.local.occ.differential.Feature.ON_CONFLICT_DO_NOTHING;
import static io.github.dsqljava.local.occ.differential.Feature.ON_CONFLICT_DO_UPDATE;

import java.util.List;
import java.util.Map;

/** Unique indexes that are more than a list of columns. */
final class IndexesSchema {
  private static final Table ITEM =
      Table.keyed("public.item", "id")
          .with("name", "active", "slot", "mark")
          .uniqueIndex("item_name", "lower(name)")
          .uniqueIndex("item_slot", "CASE WHEN active THEN slot::text END")
          .uniqueIndex("item_mark", "coalesce(mark::text, 'null')");

  private IndexesSchema() {}

  static Schema create() {
    return new Schema(
        "indexes",
        INDEXES,
        List.of(
            "CREATE TABLE item (id int PRIMARY KEY, name text, active boolean, slot int, mark int)",
            "CREATE UNIQUE INDEX item_name ON item (lower(name))",
            "CREATE UNIQUE INDEX item_slot ON item (slot) WHERE active",
            "CREATE UNIQUE INDEX item_mark ON item (mark) NULLS NOT DISTINCT"),
        List.of(),
        List.of(Schemas.HOT, ITEM),
        dice ->
            Map.of(
                Schemas.HOT,
                Schemas.hotRows(),
                ITEM,
                Schemas.rows(6, i -> Schemas.values(i, "Name" + i, i % 2 == 0, i / 2, i))),
        Schemas.HOT,
        List.of(
            Maker.of(4, d -> Statement.read("SELECT * FROM item ORDER BY id")),
            Maker.of(
                2, d -> Statement.write("UPDATE item SET name = upper(name) WHERE id = ?", id(d))),
            Maker.of(2, d -> Statement.write("UPDATE item SET active = false WHERE id = ?", id(d))),
            Maker.of(2, d -> Statement.write("DELETE FROM item WHERE id = ?", id(d))),
            Maker.of(
                2,
                d ->
                    Statement.write(
                        "INSERT INTO item VALUES (?, ?, false, 1, ?)",
                        d.fresh(),
                        "Fresh" + d.fresh(),
                        d.fresh())),
            Maker.of(
                OLD_KEYS,
                2,
                d -> Statement.write("UPDATE item SET active = true WHERE id = ?", id(d))),
            Maker.of(
                OLD_KEYS,
                3,
                d -> Statement.write("UPDATE item SET active = NOT active WHERE id = ?", id(d))),
            Maker.of(
                OLD_KEYS,
                2,
                d ->
                    Statement.write(
                        "UPDATE item SET name = ? WHERE id = ?",
                        d.pick("n", "N") + "ame" + id(d),
                        id(d))),
            Maker.of(
                OLD_KEYS,
                2,
                d -> Statement.write("UPDATE item SET mark = NULL WHERE id = ?", id(d))),
            Maker.of(
                KEY_CHANGES,
                2,
                d ->
                    Statement.write(
                        "UPDATE item SET mark = ?, name = ? WHERE id = ?",
                        d.fresh(),
                        "Other" + d.fresh(),
                        id(d))),
            Maker.of(
                ON_CONFLICT_DO_UPDATE,
                2,
                d ->
                    Statement.write(
                        "INSERT INTO item VALUES (?, ?, false, 9, ?) ON CONFLICT (lower(name))"
                            + " DO UPDATE SET slot = item.slot + 10 RETURNING id, slot",
                        d.fresh(),
                        "NAME" + id(d),
                        d.fresh())),
            Maker.of(
                ON_CONFLICT_DO_NOTHING,
                2,
                d ->
                    Statement.write(
                        "INSERT INTO item VALUES (?, ?, true, ?, ?) ON CONFLICT (slot)"
                            + " WHERE active DO NOTHING",
                        d.fresh(),
                        "Nothing" + d.fresh(),
                        d.between(0, 4),
                        d.fresh()))),
        List.of("admin"));
  }

  private static int id(Dice dice) {
    return dice.percent(75) ? dice.between(1, 4) : dice.between(5, 7);
  }
}
