package io.github.dsqljava.local.occ.differential;

import static io.github.dsqljava.local.occ.differential.Feature.*;

import java.util.List;
import java.util.Map;

/** Expressions that call functions, domains, and row types. */
final class ChecksSchema {
  private static final Table PART =
      Table.keyed("public.part", "id").with("size", "n").computing("twice");

  private ChecksSchema() {}

  static Schema create() {
    return new Schema(
        "checks",
        CHECKS,
        List.of(
            "CREATE FUNCTION outer_f(x int) RETURNS int LANGUAGE sql IMMUTABLE AS"
                + " 'SELECT (x + 1) * 2'",
            "CREATE DOMAIN small AS int CHECK (VALUE < 100)",
            "CREATE TABLE part (id int PRIMARY KEY, size small, n int CHECK (outer_f(n) < 300),"
                + " twice int GENERATED ALWAYS AS (outer_f(n)) STORED)",
            "CREATE FUNCTION rowf(p part) RETURNS int LANGUAGE sql STABLE AS 'SELECT p.n + p.size'",
            "CREATE VIEW part_v AS SELECT p.id, outer_f(p.n) AS o FROM part p",
            "CREATE VIEW part_r AS SELECT p.id, rowf(p) AS f FROM part p"),
        List.of(Schemas.HOT, PART),
        dice ->
            Map.of(
                Schemas.HOT,
                Schemas.hotRows(),
                PART,
                Schemas.rows(4, i -> Schemas.values(i, i, i))),
        Schemas.HOT,
        List.of(
            Maker.of(3, d -> Statement.read("SELECT * FROM part ORDER BY id")),
            Maker.of(
                4,
                d ->
                    Statement.write(
                        "UPDATE part SET n = n + 1, size = size + 1 WHERE id = ? RETURNING *",
                        d.between(1, 5))),
            Maker.of(
                2,
                d -> Statement.write("INSERT INTO part (id, size, n) VALUES (?, 5, 6)", d.fresh())),
            Maker.of(2, d -> Statement.write("DELETE FROM part WHERE id = ?", d.between(1, 5))),
            Maker.of(
                ERRORS,
                1,
                d -> Statement.write("UPDATE part SET size = 100 WHERE id = ?", d.between(1, 5))),
            Maker.of(
                ERRORS,
                1,
                d -> Statement.write("UPDATE part SET n = 200 WHERE id = ?", d.between(1, 5))),
            Maker.of(
                OLD_KEYS,
                1,
                d ->
                    Statement.write(
                        "INSERT INTO part (id, size, n) VALUES (?, 1, 1)", d.between(1, 6))),
            Maker.of(VIEWS, 2, d -> Statement.read("SELECT id, o FROM part_v ORDER BY id")),
            Maker.of(ROW_FUNCTIONS, 2, d -> Statement.read("SELECT id, f FROM part_r ORDER BY id")),
            Maker.of(
                ROW_FUNCTIONS,
                2,
                d -> Statement.read("SELECT id, rowf(part) FROM part ORDER BY id"))),
        List.of("admin"));
  }
}
