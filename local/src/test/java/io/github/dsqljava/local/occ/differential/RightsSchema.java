package io.github.dsqljava.local.occ.differential;

import static io.github.dsqljava.local.occ.differential.Feature.DEFINER_FUNCTIONS;
import static io.github.dsqljava.local.occ.differential.Feature.ERRORS;
import static io.github.dsqljava.local.occ.differential.Feature.RIGHTS;
import static io.github.dsqljava.local.occ.differential.Feature.SEARCH_PATH;
import static io.github.dsqljava.local.occ.differential.Feature.VIEWS;

import java.util.List;
import java.util.Map;

/** Sessions of admin and of a role that may do little by itself. */
final class RightsSchema {
  private static final Table CLOSED = Table.keyed("r.closed", "id").with("n");
  private static final Table PARTLY = Table.keyed("r.partly", "id").with("open", "secret");
  private static final Table OWN = Table.keyed("r.own", "id").with("n");

  private RightsSchema() {}

  static Schema create() {
    return new Schema(
        "rights",
        RIGHTS,
        List.of(
            "CREATE SCHEMA r",
            "GRANT USAGE ON SCHEMA r TO dave",
            "CREATE TABLE r.closed (id int PRIMARY KEY, n int)",
            "CREATE TABLE r.partly (id int PRIMARY KEY, open int, secret int)",
            "CREATE TABLE r.own (id int PRIMARY KEY, n int)",
            "GRANT SELECT (id, open), UPDATE (open) ON r.partly TO dave",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON r.own TO dave",
            "CREATE VIEW r.through AS SELECT * FROM r.closed",
            "CREATE VIEW r.invoker WITH (security_invoker = true) AS SELECT * FROM r.closed",
            "GRANT SELECT, UPDATE (n) ON r.through TO dave",
            "GRANT SELECT, UPDATE ON r.invoker TO dave",
            "CREATE FUNCTION r.bump(k int) RETURNS int LANGUAGE sql SECURITY DEFINER AS"
                + " 'UPDATE r.closed SET n = n + 1 WHERE id = k RETURNING n'",
            "SET search_path = r, public",
            "CREATE FUNCTION r.plain_bump(k int) RETURNS int LANGUAGE sql SECURITY DEFINER AS"
                + " 'UPDATE closed SET n = n + 1 WHERE id = k RETURNING n'",
            "RESET search_path",
            "CREATE SCHEMA d",
            "GRANT USAGE, CREATE ON SCHEMA d TO dave",
            "GRANT USAGE ON SCHEMA d TO admin"),
        List.of(
            "CREATE VIEW d.peek AS SELECT * FROM r.closed",
            "CREATE VIEW d.part AS SELECT id, open FROM r.partly",
            "GRANT SELECT, UPDATE ON d.peek, d.part TO admin"),
        List.of(CLOSED, PARTLY, OWN),
        dice ->
            Map.of(
                CLOSED,
                Schemas.rows(3, i -> Schemas.values(i, i)),
                PARTLY,
                Schemas.rows(3, i -> Schemas.values(i, i, 10 * i)),
                OWN,
                Schemas.rows(3, i -> Schemas.values(i, i))),
        OWN,
        List.of(
            Maker.of(
                4,
                d -> Statement.write("UPDATE r.own SET n = n + 1 WHERE id = ?", d.between(1, 4))),
            Maker.of(2, d -> Statement.read("SELECT * FROM r.own ORDER BY id")),
            Maker.of(1, d -> Statement.write("INSERT INTO r.own VALUES (?, 1)", d.fresh())),
            Maker.of(
                3,
                d ->
                    Statement.write(
                        "UPDATE r.partly SET open = open + 1 WHERE id = ? RETURNING id, open",
                        d.between(1, 4))),
            Maker.of(2, d -> Statement.read("SELECT id, open FROM r.partly ORDER BY id")),
            Maker.of(ERRORS, 1, d -> Statement.read("SELECT * FROM r.partly ORDER BY id")),
            Maker.of(
                ERRORS,
                1,
                d ->
                    Statement.write(
                        "UPDATE r.partly SET secret = 1 WHERE id = ?", d.between(1, 4))),
            Maker.of(ERRORS, 1, d -> Statement.read("SELECT * FROM r.closed ORDER BY id")),
            Maker.of(
                ERRORS,
                1,
                d -> Statement.write("DELETE FROM r.partly WHERE id = ?", d.between(1, 4))),
            Maker.of(VIEWS, 2, d -> Statement.read("SELECT * FROM r.through ORDER BY id")),
            Maker.of(
                VIEWS,
                2,
                d ->
                    Statement.write(
                        "UPDATE r.through SET n = n + 1 WHERE id = ?", d.between(1, 4))),
            Maker.of(VIEWS, 1, d -> Statement.read("SELECT * FROM r.invoker ORDER BY id")),
            Maker.of(VIEWS, 1, d -> Statement.read("SELECT * FROM d.peek ORDER BY id")),
            Maker.of(
                VIEWS,
                1,
                d -> Statement.write("UPDATE d.peek SET n = 0 WHERE id = ?", d.between(1, 4))),
            Maker.of(VIEWS, 1, d -> Statement.read("SELECT * FROM d.part ORDER BY id")),
            Maker.of(
                VIEWS,
                2,
                d ->
                    Statement.write(
                        "UPDATE d.part SET open = open + 1 WHERE id = ?", d.between(1, 4))),
            Maker.of(SEARCH_PATH, 1, d -> Statement.setting("SET search_path = r")),
            Maker.of(
                DEFINER_FUNCTIONS, 2, d -> Statement.write("SELECT r.bump(?)", d.between(1, 4))),
            Maker.of(
                DEFINER_FUNCTIONS,
                2,
                d -> Statement.write("SELECT r.plain_bump(?)", d.between(1, 4)))),
        List.of("admin", "dave"));
  }
}
