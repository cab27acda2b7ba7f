package io.github.dsqljava.local.occ.differential;

import static io.github.dsqljava.local.occ.differential.Feature.DEFINER_FUNCTIONS;
import static io.github.dsqljava.local.occ.differential.Feature.SCHEMA_CALLED_LIKE_TABLE;
import static io.github.dsqljava.local.occ.differential.Feature.SEARCH_PATH;
import static io.github.dsqljava.local.occ.differential.Feature.TWO_SCHEMAS;

import java.util.List;
import java.util.Map;

/** Tables of one name in two schemas, and one that is called like its schema. */
final class TwoSchemasSchema {
  private static final Table FIRST = Table.keyed("public.twin", "id").with("n");
  private static final Table SECOND = Table.keyed("s2.twin", "id").with("n");
  private static final Table SAME = Table.keyed("same.same", "id").with("n");

  private TwoSchemasSchema() {}

  static Schema create() {
    return new Schema(
        "two schemas",
        TWO_SCHEMAS,
        List.of(
            "CREATE TABLE twin (id int PRIMARY KEY, n int)",
            "CREATE SCHEMA s2",
            "CREATE TABLE s2.twin (id int PRIMARY KEY, n int)",
            "CREATE SCHEMA same",
            "CREATE TABLE same.same (id int PRIMARY KEY, n int)",
            "CREATE FUNCTION s2.total() RETURNS bigint LANGUAGE sql STABLE AS"
                + " 'SELECT sum(n) FROM s2.twin'"),
        List.of(),
        List.of(Schemas.HOT, FIRST, SECOND, SAME),
        dice ->
            Map.of(
                Schemas.HOT,
                Schemas.hotRows(),
                FIRST,
                Schemas.rows(3, i -> Schemas.values(i, i)),
                SECOND,
                Schemas.rows(3, i -> Schemas.values(i, 100 * i)),
                SAME,
                Schemas.rows(3, i -> Schemas.values(i, 1000 * i))),
        Schemas.HOT,
        List.of(
            Maker.of(3, d -> Statement.read("SELECT * FROM twin ORDER BY id")),
            Maker.of(
                4, d -> Statement.write("UPDATE twin SET n = n + 1 WHERE id = ?", d.between(1, 4))),
            Maker.of(
                3,
                d -> Statement.write("UPDATE s2.twin SET n = n + 1 WHERE id = ?", d.between(1, 4))),
            Maker.of(1, d -> Statement.write("DELETE FROM twin WHERE id = ?", d.between(1, 4))),
            Maker.of(1, d -> Statement.write("INSERT INTO twin VALUES (?, 0)", d.fresh())),
            Maker.of(
                2,
                d ->
                    Statement.read(
                        "SELECT a.*, b.n FROM public.twin a JOIN s2.twin b USING (id) ORDER BY 1")),
            Maker.of(
                3,
                d ->
                    Statement.write(
                        "UPDATE same.same SET n = n + 1 WHERE id = ?", d.between(1, 4))),
            Maker.of(
                SCHEMA_CALLED_LIKE_TABLE,
                2,
                d -> Statement.read("SELECT same.id, same.n FROM same.same ORDER BY same.id")),
            Maker.of(
                SEARCH_PATH,
                3,
                d ->
                    Statement.setting(
                        "SET "
                            + d.pick("", "LOCAL ")
                            + "search_path = "
                            + d.pick("s2, public", "public", "s2, same, public"))),
            Maker.of(
                SEARCH_PATH,
                3,
                d ->
                    Statement.setting(
                        "SELECT set_config('search_path', '"
                            + d.pick("s2, public", "public", "s2, same, public")
                            + "', "
                            + d.pick("true", "false")
                            + ")")),
            Maker.of(DEFINER_FUNCTIONS, 1, d -> Statement.read("SELECT s2.total()"))),
        List.of("admin"));
  }
}
