package io.github.dsqljava.local.occ.differential;

import static io.github.dsqljava.local.occ.differential.Feature.COMPOSITE;
import static io.github.dsqljava.local.occ.differential.Feature.INSERT_SELECT;
import static io.github.dsqljava.local.occ.differential.Feature.KEY_CHANGES;
import static io.github.dsqljava.local.occ.differential.Feature.LOCK_READS;
import static io.github.dsqljava.local.occ.differential.Feature.OLD_KEYS;
import static io.github.dsqljava.local.occ.differential.Feature.ON_CONFLICT_DO_NOTHING;
import static io.github.dsqljava.local.occ.differential.Feature.ON_CONFLICT_DO_UPDATE;
import static io.github.dsqljava.local.occ.differential.Feature.VIEWS;

import java.util.List;
import java.util.Map;

/** A key of two columns, a table with two unique constraints on one of them, and no key at all. */
final class CompositeSchema {
  private static final Table PAIR =
      Table.keyed("public.pair", "a", "b").with("c", "v").unique("b", "c");
  private static final Table LOG = Table.keyless("public.log", "tag").with("n");

  private CompositeSchema() {}

  static Schema create() {
    return new Schema(
        "composite",
        COMPOSITE,
        List.of(
            "CREATE TABLE pair (a int, b text, c int, v int, PRIMARY KEY (a, b), UNIQUE (b, c))",
            "CREATE TABLE log (tag int, n int)",
            "CREATE VIEW pair_log AS SELECT p.a, p.b, p.v, l.n FROM pair p"
                + " LEFT JOIN log l ON l.tag = p.a"),
        List.of(),
        List.of(Schemas.HOT, PAIR, LOG),
        dice ->
            Map.of(
                Schemas.HOT,
                Schemas.hotRows(),
                PAIR,
                Schemas.rows(6, i -> Schemas.values(i / 2, i % 2 == 0 ? "x" : "y", i, 0)),
                LOG,
                Schemas.rows(4, i -> Schemas.values(i, i))),
        Schemas.HOT,
        List.of(
            Maker.of(3, d -> Statement.read("SELECT * FROM pair ORDER BY a, b")),
            Maker.of(3, d -> Statement.read("SELECT * FROM log ORDER BY tag")),
            Maker.of(
                5,
                d ->
                    Statement.write(
                        "UPDATE pair SET v = v + 1 WHERE a = ? AND b = ?",
                        d.between(0, 3),
                        d.pick("x", "y"))),
            Maker.of(2, d -> Statement.write("UPDATE pair SET v = 5 WHERE a = ?", d.below(3))),
            Maker.of(
                2,
                d ->
                    Statement.write(
                        "DELETE FROM pair WHERE (a, b) = (?, ?)", d.below(3), d.pick("x", "y"))),
            Maker.of(
                2,
                d ->
                    Statement.write(
                        "INSERT INTO pair VALUES (?, 'x', ?, 1), (?, 'y', ?, 2)",
                        d.fresh(),
                        d.fresh(),
                        d.fresh(),
                        d.fresh())),
            Maker.of(
                OLD_KEYS,
                3,
                d ->
                    Statement.write(
                        "INSERT INTO pair VALUES (?, ?, ?, 3)",
                        d.below(4),
                        d.pick("x", "y"),
                        d.percent(60) ? d.fresh() : d.between(1, 9))),
            Maker.of(
                KEY_CHANGES,
                2,
                d ->
                    Statement.write(
                        "UPDATE pair SET c = ? WHERE a = ? AND b = 'x'", d.fresh(), d.below(3))),
            Maker.of(
                3, d -> Statement.write("UPDATE log SET n = n + 1 WHERE tag = ?", d.between(1, 3))),
            Maker.of(2, d -> Statement.write("DELETE FROM log WHERE tag = ?", d.between(1, 3))),
            Maker.of(2, d -> Statement.write("INSERT INTO log VALUES (?, 0)", d.fresh())),
            Maker.of(
                INSERT_SELECT,
                1,
                d ->
                    Statement.write(
                        "INSERT INTO log SELECT tag + ?, n FROM log WHERE tag < 100",
                        d.fresh() * 10_000)),
            Maker.of(
                ON_CONFLICT_DO_NOTHING,
                2,
                d ->
                    Statement.write(
                        "INSERT INTO pair VALUES (?, 'x', ?, 4) ON CONFLICT DO NOTHING",
                        d.below(4),
                        d.fresh())),
            Maker.of(
                ON_CONFLICT_DO_UPDATE,
                2,
                d ->
                    Statement.write(
                        "INSERT INTO pair VALUES (?, 'y', ?, 4) ON CONFLICT (a, b)"
                            + " DO UPDATE SET v = pair.v + 100",
                        d.below(4),
                        d.fresh())),
            Maker.of(VIEWS, 2, d -> Statement.read("SELECT * FROM pair_log ORDER BY a, b, n")),
            Maker.of(
                LOCK_READS,
                1,
                d ->
                    Statement.lock(
                        PAIR,
                        Strength.UPDATE,
                        "SELECT a, b, v FROM pair WHERE a = ? ORDER BY b FOR UPDATE",
                        d.below(3))),
            Maker.of(
                LOCK_READS,
                1,
                d ->
                    Statement.lock(
                        LOG,
                        Strength.UPDATE,
                        "SELECT tag, n FROM log WHERE tag = ? FOR UPDATE",
                        d.between(1, 3)))),
        List.of("admin"));
  }
}
