package io.github.dsqljava.local.occ.differential;

import static io.github.dsqljava.local.occ.differential.Feature.ERRORS;
import static io.github.dsqljava.local.occ.differential.Feature.FOREIGN_KEYS;
import static io.github.dsqljava.local.occ.differential.Feature.KEY_CHANGES;
import static io.github.dsqljava.local.occ.differential.Feature.LOCK_READS;
import static io.github.dsqljava.local.occ.differential.Feature.OLD_KEYS;
import static io.github.dsqljava.local.occ.differential.Feature.PARENT_CHANGES;

import java.util.List;
import java.util.Map;

/** A parent with children that follow it, forget it, and keep it. */
final class ForeignKeysSchema {
  private static final Table PARENT =
      Table.keyed("public.pa", "id").with("code", "n").unique("code");
  private static final Table FOLLOWS = child("public.follows", "id");
  private static final Table FORGETS = child("public.forgets", "id");
  private static final Table KEEPS = child("public.keeps", "code");
  private static final Table TREE = tree();

  private ForeignKeysSchema() {}

  private static Table child(String name, String parentColumn) {
    return Table.keyed(name, "id")
        .with("p", "n")
        .referring(List.of("p"), PARENT, List.of(parentColumn));
  }

  /** A table that refers to itself. */
  private static Table tree() {
    Table bare = Table.keyed("public.tree", "id").with("up");
    return bare.referring(List.of("up"), bare, List.of("id"));
  }

  static Schema create() {
    return new Schema(
        "foreign keys",
        FOREIGN_KEYS,
        List.of(
            "CREATE TABLE pa (id int PRIMARY KEY, code int UNIQUE, n int)",
            "CREATE TABLE follows (id int PRIMARY KEY, p int REFERENCES pa ON DELETE CASCADE"
                + " ON UPDATE CASCADE, n int)",
            "CREATE TABLE forgets (id int PRIMARY KEY, p int REFERENCES pa ON DELETE SET NULL, n int)",
            "CREATE TABLE keeps (id int PRIMARY KEY, p int REFERENCES pa (code) ON DELETE RESTRICT,"
                + " n int)",
            "CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree ON DELETE CASCADE)"),
        List.of(),
        List.of(Schemas.HOT, PARENT, FOLLOWS, FORGETS, KEEPS, TREE),
        dice ->
            Map.of(
                Schemas.HOT,
                Schemas.hotRows(),
                PARENT,
                Schemas.rows(5, i -> Schemas.values(i, 100 + i, 0)),
                FOLLOWS,
                Schemas.rows(3, i -> Schemas.values(i, i, 0)),
                FORGETS,
                Schemas.rows(2, i -> Schemas.values(i, i + 1, 0)),
                KEEPS,
                Schemas.rows(1, i -> Schemas.values(i, 104, 0)),
                TREE,
                Schemas.rows(4, i -> Schemas.values(i, i == 1 ? null : i / 2))),
        Schemas.HOT,
        List.of(
            Maker.of(3, d -> Statement.write("UPDATE pa SET n = n + 1 WHERE id = ?", id(d))),
            Maker.of(2, d -> Statement.write("UPDATE follows SET n = n + 1 WHERE p = ?", id(d))),
            Maker.of(2, d -> Statement.write("UPDATE forgets SET n = n + 1 WHERE p = ?", id(d))),
            Maker.of(
                2,
                d ->
                    Statement.read(
                        "SELECT pa.*, f.id, f.n FROM pa LEFT JOIN follows f ON f.p = pa.id"
                            + " ORDER BY pa.id, f.id")),
            Maker.of(1, d -> Statement.read("SELECT * FROM forgets ORDER BY id")),
            Maker.of(1, d -> Statement.read("SELECT * FROM tree ORDER BY id")),
            Maker.of(
                4,
                d ->
                    Statement.write(
                        "INSERT INTO " + d.pick("follows", "forgets") + " VALUES (?, ?, 1)",
                        d.fresh(),
                        id(d))),
            Maker.of(1, d -> Statement.write("INSERT INTO keeps VALUES (?, ?, 1)", d.fresh(), 104)),
            Maker.of(2, d -> Statement.write("DELETE FROM follows WHERE id = ?", d.between(1, 4))),
            Maker.of(
                2,
                d ->
                    Statement.write(
                        "UPDATE forgets SET p = ? WHERE id = ?", id(d), d.between(1, 3))),
            Maker.of(1, d -> Statement.write("INSERT INTO tree VALUES (?, ?)", d.fresh(), id(d))),
            Maker.of(
                PARENT_CHANGES,
                1,
                d -> Statement.write("DELETE FROM tree WHERE id = ?", d.between(2, 5))),
            Maker.of(PARENT_CHANGES, 4, d -> Statement.write("DELETE FROM pa WHERE id = ?", id(d))),
            Maker.of(
                PARENT_CHANGES,
                2,
                d -> Statement.write("UPDATE pa SET id = ? WHERE id = ?", d.fresh(), id(d))),
            Maker.of(
                KEY_CHANGES,
                1,
                d -> Statement.write("UPDATE pa SET code = ? WHERE id = ?", d.fresh(), id(d))),
            Maker.of(
                OLD_KEYS,
                2,
                d ->
                    Statement.write("INSERT INTO pa VALUES (?, ?, 5)", d.between(1, 7), d.fresh())),
            Maker.of(
                ERRORS,
                1,
                d ->
                    Statement.write(
                        "INSERT INTO follows VALUES (?, ?, 1), (?, 99, 1)",
                        d.fresh(),
                        id(d),
                        d.fresh())),
            Maker.of(
                LOCK_READS,
                1,
                d ->
                    Statement.lock(
                        PARENT,
                        Strength.UPDATE,
                        "SELECT id, n FROM pa WHERE id = ? FOR UPDATE",
                        id(d))),
            Maker.of(
                LOCK_READS,
                1,
                d ->
                    Statement.lock(
                        PARENT,
                        Strength.KEY_SHARE,
                        "SELECT id, n FROM pa WHERE id = ? FOR KEY SHARE",
                        id(d)))),
        List.of("admin"));
  }

  /** Few, so that transactions meet; 6 is not there at first. */
  private static int id(Dice dice) {
    return dice.percent(75) ? dice.between(1, 3) : dice.between(4, 6);
  }
}
