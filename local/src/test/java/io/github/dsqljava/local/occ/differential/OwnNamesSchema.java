package io.github.dsqljava.local.occ.differential;

import static io.github.dsqljava.local.occ.differential.Feature.OWN_NAMES;

import java.util.List;
import java.util.Map;

/** A client's table that is called like one that dsql-local makes. */
final class OwnNamesSchema {
  private static final Table SNAPSHOT = Table.keyed("public.dsql_snapshot", "id").with("n");

  private OwnNamesSchema() {}

  static Schema create() {
    return new Schema(
        "own names",
        OWN_NAMES,
        List.of("CREATE TABLE dsql_snapshot (id int PRIMARY KEY, n int)"),
        List.of(),
        List.of(Schemas.HOT, SNAPSHOT),
        dice ->
            Map.of(
                Schemas.HOT,
                Schemas.hotRows(),
                SNAPSHOT,
                Schemas.rows(4, i -> Schemas.values(i, i))),
        Schemas.HOT,
        List.of(
            Maker.of(2, d -> Statement.read("SELECT * FROM dsql_snapshot ORDER BY id")),
            Maker.of(
                4,
                d ->
                    Statement.write(
                        "UPDATE dsql_snapshot SET n = n + 1 WHERE id = ?", d.between(1, 4))),
            Maker.of(
                1, d -> Statement.write("DELETE FROM dsql_snapshot WHERE id = ?", d.between(1, 4))),
            Maker.of(
                1, d -> Statement.write("INSERT INTO dsql_snapshot VALUES (?, 0)", d.fresh()))),
        List.of("admin"));
  }
}
