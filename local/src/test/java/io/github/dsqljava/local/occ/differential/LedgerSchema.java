package io.github.dsqljava.local.occ.differential;

import static io.github.dsqljava.local.occ.differential.Feature.ERRORS;
import static io.github.dsqljava.local.occ.differential.Feature.KEY_CHANGES;
import static io.github.dsqljava.local.occ.differential.Feature.LEDGER;
import static io.github.dsqljava.local.occ.differential.Feature.LOCKS_UNSEEN;
import static io.github.dsqljava.local.occ.differential.Feature.LOCK_READS;
import static io.github.dsqljava.local.occ.differential.Feature.OLD_KEYS;
import static io.github.dsqljava.local.occ.differential.Feature.ON_CONFLICT_DO_NOTHING;
import static io.github.dsqljava.local.occ.differential.Feature.PARENT_CHANGES;
import static io.github.dsqljava.local.occ.differential.Feature.WITH_CHANGES;

import java.util.List;
import java.util.Map;

/**
 * Statements that change several tables, or find their rows in another one; keys that move between
 * rows; rows that follow each other; locks that a statement does not show.
 */
final class LedgerSchema {
  private static final Table LEDGER_TABLE =
      Table.keyed("public.ledger", "id").with("tag", "n").unique("tag");
  private static final Table ENTRY =
      Table.keyed("public.entry", "ledger_id", "no")
          .with("n")
          .referring(List.of("ledger_id"), LEDGER_TABLE, List.of("id"));
  private static final Table UNIT = unit();

  private LedgerSchema() {}

  /** Rows that follow the key of another row of their own table. */
  private static Table unit() {
    Table bare = Table.keyed("public.unit", "id").with("head", "n");
    return bare.referring(List.of("head"), bare, List.of("id"));
  }

  static Schema create() {
    return new Schema(
        "ledger",
        LEDGER,
        List.of(
            "CREATE TABLE ledger (id int PRIMARY KEY, tag char(6) UNIQUE, n int)",
            "CREATE TABLE entry (ledger_id int DEFAULT 1 REFERENCES ledger ON DELETE SET DEFAULT,"
                + " no int, n int CHECK (n < 900), PRIMARY KEY (ledger_id, no))",
            "CREATE TABLE unit (id int PRIMARY KEY, head int REFERENCES unit ON UPDATE CASCADE"
                + " ON DELETE SET NULL, n int)",
            "CREATE FUNCTION ledger_locked(k int) RETURNS SETOF ledger LANGUAGE sql AS"
                + " 'SELECT * FROM ledger WHERE id = k FOR UPDATE'",
            "CREATE VIEW ledger_shared AS SELECT id, n FROM ledger FOR KEY SHARE"),
        List.of(),
        List.of(Schemas.HOT, LEDGER_TABLE, ENTRY, UNIT),
        dice ->
            Map.of(
                Schemas.HOT,
                Schemas.hotRows(),
                LEDGER_TABLE,
                Schemas.rows(4, i -> Schemas.values(i, "t" + i, 0)),
                ENTRY,
                Schemas.rows(5, i -> Schemas.values(1 + i % 3, i, 10 * i)),
                UNIT,
                Schemas.rows(4, i -> Schemas.values(i, i == 1 ? 1 : i / 2, 0))),
        Schemas.HOT,
        List.of(
            Maker.of(4, d -> Statement.read("SELECT * FROM ledger ORDER BY id")),
            Maker.of(3, d -> Statement.read("SELECT * FROM entry ORDER BY ledger_id, no")),
            Maker.of(3, d -> Statement.read("SELECT * FROM unit ORDER BY id")),
            Maker.of(3, d -> Statement.write("UPDATE ledger SET n = n + 1 WHERE id = ?", id(d))),
            Maker.of(
                3,
                d ->
                    Statement.write(
                        "UPDATE ledger l SET n = l.n + e.n FROM entry e"
                            + " WHERE e.ledger_id = l.id AND e.no = ?",
                        no(d))),
            Maker.of(
                3,
                d ->
                    Statement.write(
                        "DELETE FROM entry e USING ledger l WHERE e.ledger_id = l.id AND l.id = ?"
                            + " AND e.no > ? RETURNING e.no, l.n",
                        id(d),
                        no(d))),
            Maker.of(
                2, d -> Statement.write("INSERT INTO entry VALUES (?, ?, 1)", id(d), d.fresh())),
            Maker.of(
                2,
                d ->
                    Statement.write(
                        "UPDATE entry SET n = n + 5 WHERE no = ? RETURNING ledger_id, n", no(d))),
            Maker.of(
                WITH_CHANGES,
                3,
                d ->
                    Statement.write(
                        "WITH gone AS (DELETE FROM entry WHERE no = ? RETURNING ledger_id, n)"
                            + " UPDATE ledger l SET n = l.n - gone.n FROM gone"
                            + " WHERE l.id = gone.ledger_id RETURNING l.id, l.n",
                        no(d))),
            Maker.of(
                WITH_CHANGES,
                3,
                d ->
                    Statement.write(
                        "WITH more AS (UPDATE ledger SET n = n + 7 WHERE id = ? RETURNING id, n),"
                            + " line AS (INSERT INTO entry SELECT id, ?, n FROM more RETURNING no)"
                            + " SELECT count(*) FROM line",
                        id(d),
                        d.fresh())),
            Maker.of(
                WITH_CHANGES,
                2,
                d ->
                    Statement.write(
                        "WITH moved AS (DELETE FROM entry WHERE ledger_id = ? RETURNING no, n)"
                            + " INSERT INTO entry SELECT ?, no + 100, n FROM moved",
                        id(d),
                        id(d))),
            Maker.of(
                KEY_CHANGES,
                2,
                d ->
                    Statement.write(
                        "UPDATE ledger SET tag = ? WHERE id = ?", "t" + d.between(1, 6), id(d))),
            Maker.of(
                KEY_CHANGES,
                2,
                d -> Statement.write("UPDATE entry SET no = ? WHERE no = ?", d.fresh(), no(d))),
            Maker.of(
                KEY_CHANGES,
                2,
                d -> Statement.write("UPDATE unit SET id = ? WHERE id = ?", d.fresh(), id(d))),
            Maker.of(
                2, d -> Statement.write("UPDATE unit SET head = ? WHERE id = ?", id(d), id(d))),
            Maker.of(
                2,
                d ->
                    Statement.write(
                        "UPDATE unit u SET n = h.n + 1 FROM unit h WHERE h.id = u.head AND u.id = ?",
                        id(d))),
            Maker.of(
                1,
                d -> {
                  int id = d.fresh();
                  return Statement.write("INSERT INTO unit VALUES (?, ?, 1)", id, id);
                }),
            Maker.of(
                PARENT_CHANGES, 2, d -> Statement.write("DELETE FROM unit WHERE id = ?", id(d))),
            Maker.of(
                PARENT_CHANGES,
                2,
                d -> Statement.write("DELETE FROM ledger WHERE id = ?", d.between(2, 5))),
            Maker.of(
                OLD_KEYS,
                2,
                d ->
                    Statement.write(
                        "INSERT INTO ledger VALUES (?, ?, 1)", id(d), "t" + d.between(1, 6))),
            Maker.of(
                ON_CONFLICT_DO_NOTHING,
                2,
                d ->
                    Statement.write(
                        "INSERT INTO entry SELECT id, ?, 2 FROM ledger ON CONFLICT DO NOTHING",
                        no(d))),
            Maker.of(
                ERRORS,
                1,
                d ->
                    Statement.write(
                        "WITH u AS (UPDATE ledger SET n = n + 1 RETURNING id)"
                            + " INSERT INTO entry SELECT id, ?, 899 + ? FROM u",
                        d.fresh(),
                        d.between(0, 1))),
            Maker.of(
                LOCK_READS,
                1,
                d ->
                    Statement.lock(
                        LEDGER_TABLE,
                        Strength.UPDATE,
                        "WITH l AS (SELECT id, n FROM ledger WHERE id = ? FOR UPDATE)"
                            + " SELECT * FROM l",
                        id(d))),
            Maker.of(
                LOCKS_UNSEEN,
                3,
                d ->
                    Statement.lock(
                        LEDGER_TABLE,
                        Strength.UPDATE,
                        "SELECT id, n FROM ledger_locked(?)",
                        id(d))),
            Maker.of(
                LOCKS_UNSEEN,
                2,
                d ->
                    Statement.lock(
                        LEDGER_TABLE,
                        Strength.KEY_SHARE,
                        "SELECT id, n FROM ledger_shared ORDER BY id"))),
        List.of("admin"));
  }

  private static int id(Dice dice) {
    return dice.percent(75) ? dice.between(1, 3) : dice.between(4, 6);
  }

  private static int no(Dice dice) {
    return dice.between(1, 6);
  }
}
