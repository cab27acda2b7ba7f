package io.github.dsqljava.local.occ.differential;

import static io.github.dsqljava.local.occ.differential.Feature.DEFERRED;

import java.util.List;
import java.util.Map;

/** Foreign keys that are checked at COMMIT. */
final class DeferredSchema {
  private static final Table OWNER = Table.keyed("public.owner", "id").with("n");
  private static final Table LATE =
      Table.keyed("public.late", "id").with("p", "n").referring(List.of("p"), OWNER, List.of("id"));

  private DeferredSchema() {}

  static Schema create() {
    return new Schema(
        "deferred",
        DEFERRED,
        List.of(
            "CREATE TABLE owner (id int PRIMARY KEY, n int)",
            "CREATE TABLE late (id int PRIMARY KEY, p int REFERENCES owner"
                + " DEFERRABLE INITIALLY DEFERRED, n int)"),
        List.of(),
        List.of(Schemas.HOT, OWNER, LATE),
        dice ->
            Map.of(
                Schemas.HOT,
                Schemas.hotRows(),
                OWNER,
                Schemas.rows(4, i -> Schemas.values(i, 0)),
                LATE,
                Schemas.rows(2, i -> Schemas.values(i, i, 0))),
        Schemas.HOT,
        List.of(
            Maker.of(2, d -> Statement.read("SELECT * FROM owner ORDER BY id")),
            Maker.of(2, d -> Statement.read("SELECT * FROM late ORDER BY id")),
            Maker.of(
                2,
                d -> Statement.write("UPDATE owner SET n = n + 1 WHERE id = ?", d.between(1, 6))),
            Maker.of(
                2, d -> Statement.write("UPDATE late SET n = n + 1 WHERE id = ?", d.between(1, 3))),
            Maker.of(
                3,
                d ->
                    Statement.write(
                        "INSERT INTO late VALUES (?, ?, 1)", d.fresh(), d.between(1, 7))),
            Maker.of(
                2, d -> Statement.write("UPDATE late SET p = ? WHERE id <= 2", d.between(1, 7))),
            Maker.of(2, d -> Statement.write("INSERT INTO owner VALUES (?, 6)", d.between(5, 7))),
            Maker.of(1, d -> Statement.write("DELETE FROM late WHERE p = ?", d.between(1, 7))),
            Maker.of(2, d -> Statement.write("DELETE FROM owner WHERE id = ?", d.between(1, 6)))),
        List.of("admin"));
  }
}
