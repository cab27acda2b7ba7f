package io.github.dsqljava.local.occ.differential;

import static io.github.dsqljava.local.occ.differential.Feature.ERRORS;
import static io.github.dsqljava.local.occ.differential.Feature.FUNCTIONS;
import static io.github.dsqljava.local.occ.differential.Feature.OLD_KEYS;

import java.util.List;
import java.util.Map;

/** Functions that read and change tables which the statement does not name. */
final class FunctionsSchema {
  private static final Table FUND = Table.keyed("public.fund", "id").with("n");
  private static final Table NOTE = Table.keyed("public.note", "id").with("what", "n");

  private FunctionsSchema() {}

  static Schema create() {
    return new Schema(
        "functions",
        FUNCTIONS,
        List.of(
            "CREATE TABLE fund (id int PRIMARY KEY, n int CHECK (n < 500))",
            "CREATE FUNCTION fund_add(k int, x int) RETURNS int LANGUAGE sql AS"
                + " 'UPDATE fund SET n = n + x WHERE id = k RETURNING n'",
            "CREATE FUNCTION fund_total() RETURNS int LANGUAGE sql STABLE AS"
                + " 'SELECT coalesce(sum(n), 0)::int FROM fund'",
            "CREATE FUNCTION fund_move(a int, b int, x int) RETURNS int LANGUAGE sql AS"
                + " 'SELECT fund_add(a, -x); SELECT fund_add(b, x)'",
            "CREATE FUNCTION fund_drop(k int) RETURNS SETOF int LANGUAGE sql AS"
                + " 'DELETE FROM fund WHERE id = k RETURNING n'",
            "CREATE FUNCTION fund_open(k int) RETURNS int LANGUAGE sql AS"
                + " 'INSERT INTO fund VALUES (k, 1) RETURNING id'",
            "CREATE TABLE note (id int PRIMARY KEY, what text DEFAULT 'none',"
                + " n int DEFAULT fund_total())",
            "CREATE VIEW fund_sum AS SELECT fund_total() AS total, count(*) AS rows FROM note"),
        List.of(),
        List.of(Schemas.HOT, FUND, NOTE),
        dice ->
            Map.of(
                Schemas.HOT,
                Schemas.hotRows(),
                FUND,
                Schemas.rows(5, i -> Schemas.values(i, i * 10)),
                NOTE,
                Schemas.rows(2, i -> Schemas.values(i, "old", i))),
        Schemas.HOT,
        List.of(
            Maker.of(4, d -> Statement.read("SELECT * FROM fund ORDER BY id")),
            Maker.of(2, d -> Statement.read("SELECT * FROM note ORDER BY id")),
            Maker.of(3, d -> Statement.read("SELECT fund_total()")),
            Maker.of(1, d -> Statement.read("SELECT * FROM fund_sum")),
            Maker.of(4, d -> Statement.write("SELECT fund_add(?, 1)", id(d))),
            Maker.of(3, d -> Statement.write("SELECT fund_move(?, ?, 2)", id(d), id(d))),
            Maker.of(2, d -> Statement.write("SELECT fund_drop(?)", id(d))),
            Maker.of(1, d -> Statement.write("SELECT fund_open(?)", d.fresh())),
            Maker.of(OLD_KEYS, 2, d -> Statement.write("SELECT fund_open(?)", id(d))),
            Maker.of(3, d -> Statement.write("UPDATE fund SET n = n + 3 WHERE id = ?", id(d))),
            Maker.of(2, d -> Statement.write("DELETE FROM fund WHERE id = ?", id(d))),
            Maker.of(
                2, d -> Statement.write("INSERT INTO note (id) VALUES (?) RETURNING n", d.fresh())),
            Maker.of(
                OLD_KEYS,
                2,
                d -> Statement.write("INSERT INTO note (id) VALUES (?)", d.between(1, 4))),
            Maker.of(
                2,
                d ->
                    Statement.write(
                        "UPDATE note SET n = fund_add(?, 1) WHERE id = ?", id(d), d.between(1, 3))),
            Maker.of(ERRORS, 1, d -> Statement.write("SELECT fund_add(?, 495)", id(d)))),
        List.of("admin"));
  }

  private static int id(Dice dice) {
    return dice.between(1, 6);
  }
}
