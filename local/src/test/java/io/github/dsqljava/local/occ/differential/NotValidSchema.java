package io.github.dsqljava.local.occ.differential;

import static io.github.dsqljava.local.occ.differential.Feature.ERRORS;
import static io.github.dsqljava.local.occ.differential.Feature.NOT_VALID;

import java.util.List;
import java.util.Map;

/** A constraint that came when the table held rows that break it. */
final class NotValidSchema {
  private static final Table OLD = Table.keyed("public.old", "id").with("n").late("old_n", "n > 0");

  private NotValidSchema() {}

  static Schema create() {
    return new Schema(
        "not valid",
        NOT_VALID,
        List.of("CREATE TABLE old (id int PRIMARY KEY, n int)"),
        List.of(),
        List.of(Schemas.HOT, OLD),
        dice ->
            Map.of(
                Schemas.HOT,
                Schemas.hotRows(),
                OLD,
                Schemas.rows(4, i -> Schemas.values(i, i - 2))),
        Schemas.HOT,
        List.of(
            Maker.of(3, d -> Statement.read("SELECT * FROM old ORDER BY id")),
            Maker.of(
                4, d -> Statement.write("UPDATE old SET n = n + 2 WHERE id = ?", d.between(1, 5))),
            Maker.of(1, d -> Statement.write("INSERT INTO old VALUES (?, 1)", d.fresh())),
            Maker.of(1, d -> Statement.write("DELETE FROM old WHERE id = ?", d.between(1, 5))),
            Maker.of(
                ERRORS,
                1,
                d -> Statement.write("UPDATE old SET n = n WHERE id = ?", d.between(1, 5)))),
        List.of("admin"));
  }
}
