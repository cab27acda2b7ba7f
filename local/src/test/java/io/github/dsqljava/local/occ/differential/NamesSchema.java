package io.github.dsqljava.local.occ.differential;

import static io.github.dsqljava.local.occ.differential.Feature.LOCK_READS;
import static io.github.dsqljava.local.occ.differential.Feature.NAMES;
import static io.github.dsqljava.local.occ.differential.Feature.OLD_KEYS;
import static io.github.dsqljava.local.occ.differential.Feature.VIEWS;

import java.util.List;
import java.util.Map;

/** Names that are keywords, patterns, or names of dsql-local's own. */
final class NamesSchema {
  private static final Table PLUS = Table.keyed("public.\"a+b\"", "e").with("changed", "n");
  private static final Table SELECT =
      Table.keyed("public.\"sel ect\"", "\"dsql$row\"").with("d1", "\"select\"");
  private static final Table GROUP = Table.keyed("public.\"Group\"", "id").with("n");
  private static final Table CHAIN = Table.keyed("public.chain", "\"a\\1('\"").with("origin1");

  private NamesSchema() {}

  static Schema create() {
    return new Schema(
        "names",
        NAMES,
        List.of(
            "CREATE TABLE \"a+b\" (e int PRIMARY KEY, changed int, n int)",
            "CREATE TABLE \"sel ect\" (\"dsql$row\" int PRIMARY KEY, d1 int, \"select\" int)",
            "CREATE TABLE \"Group\" (id int PRIMARY KEY, n int)",
            "CREATE TABLE chain (\"a\\1('\" int PRIMARY KEY, origin1 int)",
            "CREATE VIEW \"v[\" AS SELECT e, changed + n AS \"a.b\", 'a+b' AS t FROM \"a+b\"",
            "CREATE VIEW \"V\" AS SELECT v.*, s.d1, c.origin1 FROM \"v[\" v"
                + " LEFT JOIN \"sel ect\" s ON s.\"dsql$row\" = v.e"
                + " LEFT JOIN chain c ON c.\"a\\1('\" = v.e"),
        List.of(),
        List.of(Schemas.HOT, PLUS, SELECT, GROUP, CHAIN),
        dice ->
            Map.of(
                Schemas.HOT,
                Schemas.hotRows(),
                PLUS,
                Schemas.rows(4, i -> Schemas.values(i, i, 10 * i)),
                SELECT,
                Schemas.rows(4, i -> Schemas.values(i, i, null)),
                GROUP,
                Schemas.rows(3, i -> Schemas.values(i, i)),
                CHAIN,
                Schemas.rows(3, i -> Schemas.values(i, i))),
        Schemas.HOT,
        List.of(
            Maker.of(
                3,
                d ->
                    Statement.write(
                        "UPDATE \"a+b\" SET n = n + 1, changed = changed + 2 WHERE e = ?",
                        d.between(1, 5))),
            Maker.of(
                2,
                d ->
                    Statement.write(
                        "UPDATE \"sel ect\" s SET d1 = d1 + 1, \"select\" = 5"
                            + " WHERE \"dsql$row\" = ? RETURNING s.*",
                        d.between(1, 5))),
            Maker.of(
                2,
                d ->
                    Statement.write(
                        "UPDATE \"Group\" e SET n = e.n + 1 WHERE id = ?", d.between(1, 4))),
            Maker.of(
                2,
                d ->
                    Statement.write(
                        "UPDATE chain SET origin1 = origin1 + 1 WHERE \"a\\1('\" = ?",
                        d.between(1, 4))),
            Maker.of(
                2,
                d ->
                    Statement.write(
                        "INSERT INTO \"sel ect\" VALUES (?, 1, 2) RETURNING *", d.fresh())),
            Maker.of(
                2, d -> Statement.write("INSERT INTO chain VALUES (?, 1) RETURNING *", d.fresh())),
            Maker.of(2, d -> Statement.write("DELETE FROM \"a+b\" WHERE e = ?", d.between(1, 5))),
            Maker.of(
                1, d -> Statement.write("DELETE FROM \"Group\" WHERE id = ?", d.between(1, 4))),
            Maker.of(
                2,
                d ->
                    Statement.read(
                        "SELECT x.*, \"sel ect\".* FROM \"sel ect\" FULL JOIN \"a+b\" x"
                            + " ON e = \"dsql$row\" ORDER BY 1, 4")),
            Maker.of(
                1,
                d ->
                    Statement.read(
                        "WITH chain AS (SELECT * FROM chain) SELECT c.*, d.* FROM chain c,"
                            + " \"Group\" d ORDER BY 1, 3")),
            Maker.of(VIEWS, 3, d -> Statement.read("SELECT * FROM \"V\" ORDER BY e")),
            Maker.of(
                OLD_KEYS,
                2,
                d -> Statement.write("INSERT INTO \"a+b\" VALUES (?, 0, 0)", d.between(1, 6))),
            Maker.of(
                LOCK_READS,
                1,
                d ->
                    Statement.lock(
                        PLUS,
                        Strength.UPDATE,
                        "SELECT e, n FROM \"a+b\" WHERE e = ? FOR UPDATE",
                        d.between(1, 5)))),
        List.of("admin"));
  }
}
