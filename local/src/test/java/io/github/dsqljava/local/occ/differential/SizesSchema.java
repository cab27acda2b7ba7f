package io.github.dsqljava.local.occ.differential;

import static io.github.dsqljava.local.occ.differential.Feature.LOCK_READS;
import static io.github.dsqljava.local.occ.differential.Feature.SIZES;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rows of all sizes in many pages. Most of their text compresses to nothing much smaller. */
final class SizesSchema {
  private static final int ROWS = 40;
  private static final Table PAGES = Table.keyed("public.pages", "id").with("n", "pad");
  private static final Table HEAP = Table.keyless("public.heap", "tag").with("n", "pad");
  private static final String TEXT =
      "(SELECT string_agg(md5(i::text), '') FROM generate_series(1, ?) i)";

  private SizesSchema() {}

  static Schema create() {
    return new Schema(
        "sizes",
        SIZES,
        List.of(
            "CREATE TABLE pages (id int PRIMARY KEY, n int, pad text)",
            "CREATE TABLE heap (tag int, n int, pad text)"),
        List.of(),
        List.of(Schemas.HOT, PAGES, HEAP),
        SizesSchema::rows,
        Schemas.HOT,
        List.of(
            Maker.of(
                2,
                d -> Statement.read("SELECT id, n, length(pad), md5(pad) FROM pages ORDER BY id")),
            Maker.of(
                2,
                d -> Statement.read("SELECT tag, n, length(pad), md5(pad) FROM heap ORDER BY tag")),
            Maker.of(4, d -> Statement.write("UPDATE pages SET n = n + 1 WHERE id = ?", id(d))),
            Maker.of(
                2,
                d ->
                    Statement.write(
                        "UPDATE pages SET n = n + 1 WHERE id BETWEEN ? AND ? + 5", id(d), id(d))),
            Maker.of(
                2,
                d ->
                    Statement.write(
                        "UPDATE pages SET pad = " + TEXT + " WHERE id = ?", size(d), id(d))),
            Maker.of(4, d -> Statement.write("DELETE FROM pages WHERE id = ?", id(d))),
            Maker.of(
                2,
                d ->
                    Statement.write(
                        "INSERT INTO pages VALUES (?, 0, " + TEXT + ")", d.fresh(), size(d))),
            Maker.of(3, d -> Statement.write("UPDATE heap SET n = n + 1 WHERE tag = ?", id(d))),
            Maker.of(
                1,
                d ->
                    Statement.write(
                        "UPDATE heap SET pad = " + TEXT + " WHERE tag = ?", size(d), id(d))),
            Maker.of(2, d -> Statement.write("DELETE FROM heap WHERE tag = ?", id(d))),
            Maker.of(
                1,
                d ->
                    Statement.write(
                        "INSERT INTO heap VALUES (?, 0, " + TEXT + ")", d.fresh(), size(d))),
            Maker.of(1, d -> Statement.write("DELETE FROM pages WHERE id % 8 = ?", d.below(8))),
            Maker.of(
                LOCK_READS,
                1,
                d ->
                    Statement.lock(
                        PAGES,
                        Strength.UPDATE,
                        "SELECT id, n FROM pages WHERE id = ? FOR UPDATE",
                        id(d)))),
        List.of("admin"));
  }

  private static Map<Table, List<List<String>>> rows(Dice dice) {
    Map<Table, List<List<String>>> rows = new HashMap<>();
    rows.put(Schemas.HOT, Schemas.hotRows());
    for (Table table : List.of(PAGES, HEAP)) {
      List<List<String>> own = new ArrayList<>();
      int count = table == PAGES ? ROWS : ROWS / 2;
      for (int i = 1; i <= count; i++) {
        StringBuilder pad = new StringBuilder();
        for (int n = size(dice); n > 0; n--) {
          pad.append(
              "%08x%08x%08x%08x".formatted(n * 0x9E3779B9, i * 31, n * n * i, n ^ 0x5bd1e995));
        }
        own.add(Schemas.values(i, 0, pad.toString()));
      }
      rows.put(table, own);
    }
    return rows;
  }

  private static int id(Dice dice) {
    return dice.between(1, dice.percent(50) ? 8 : ROWS);
  }

  /** In pieces of 32 bytes: few, or a page's part, or, once in a while, up to 100 KB. */
  private static int size(Dice dice) {
    int chance = dice.below(60);
    if (chance == 0) {
      return dice.between(1000, 3000);
    }
    return chance < 20 ? dice.between(1, 5) : dice.between(3, 60);
  }
}
