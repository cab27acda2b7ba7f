package io.github.dsqljava.local.occ.differential;

import static io.github.dsqljava.local.occ.differential.Feature.ERRORS;
import static io.github.dsqljava.local.occ.differential.Feature.NESTED_FUNCTIONS;

import java.util.List;
import java.util.Map;

/** Functions in constraints, generated columns and indexes that find others by the search path. */
final class NestedFunctionsSchema {
  private static final Table NEST = Table.keyed("public.nest", "id").with("n").computing("twice");

  private NestedFunctionsSchema() {}

  static Schema create() {
    return new Schema(
        "nested functions",
        NESTED_FUNCTIONS,
        List.of(
            "CREATE FUNCTION inner_f(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x + 1'",
            "CREATE FUNCTION nested_f(x int) RETURNS int LANGUAGE sql IMMUTABLE AS"
                + " 'SELECT inner_f(x) * 2'",
            "CREATE TABLE nest (id int PRIMARY KEY, n int CHECK (nested_f(n) < 300),"
                + " twice int GENERATED ALWAYS AS (nested_f(n)) STORED)"),
        List.of(),
        List.of(Schemas.HOT, NEST),
        dice ->
            Map.of(
                Schemas.HOT, Schemas.hotRows(), NEST, Schemas.rows(4, i -> Schemas.values(i, i))),
        Schemas.HOT,
        List.of(
            Maker.of(3, d -> Statement.read("SELECT * FROM nest ORDER BY id")),
            Maker.of(
                3,
                d ->
                    Statement.write(
                        "UPDATE nest SET n = n + 1 WHERE id = ? RETURNING *", d.between(1, 5))),
            Maker.of(1, d -> Statement.write("INSERT INTO nest (id, n) VALUES (?, 6)", d.fresh())),
            Maker.of(1, d -> Statement.write("DELETE FROM nest WHERE id = ?", d.between(1, 5))),
            Maker.of(
                ERRORS,
                1,
                d -> Statement.write("UPDATE nest SET n = 200 WHERE id = ?", d.between(1, 5)))),
        List.of("admin"));
  }
}
