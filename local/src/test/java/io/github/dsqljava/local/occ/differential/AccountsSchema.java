package io.github.dsqljava.local.occ.differential;

import static io.github.dsqljava.local.occ.differential.Feature.ACCOUNTS;
import static io.github.dsqljava.local.occ.differential.Feature.ERRORS;
import static io.github.dsqljava.local.occ.differential.Feature.INSERT_SELECT;
import static io.github.dsqljava.local.occ.differential.Feature.KEY_CHANGES;
import static io.github.dsqljava.local.occ.differential.Feature.LOCK_READS;
import static io.github.dsqljava.local.occ.differential.Feature.OLD_KEYS;
import static io.github.dsqljava.local.occ.differential.Feature.ON_CONFLICT_DO_NOTHING;
import static io.github.dsqljava.local.occ.differential.Feature.ON_CONFLICT_DO_UPDATE;
import static io.github.dsqljava.local.occ.differential.Feature.VIEWS;

import java.util.List;
import java.util.Map;

/** What most applications have. */
final class AccountsSchema {
  private static final Table ACCT =
      Table.keyed("public.acct", "id").with("code", "n", "pad").unique("code").computing("g");

  private AccountsSchema() {}

  static Schema create() {
    return new Schema(
        "accounts",
        ACCOUNTS,
        List.of(
            "CREATE TABLE acct (id int PRIMARY KEY, code int UNIQUE, n int NOT NULL CHECK (n < 500),"
                + " pad text DEFAULT 'new', g int GENERATED ALWAYS AS (n * 2) STORED)",
            "CREATE VIEW acct_v AS SELECT id, n, g FROM acct WHERE n > -100",
            "CREATE VIEW acct_vv WITH (security_invoker = true) AS"
                + " SELECT v.id, v.g + 1 AS g1, a.pad FROM acct_v v JOIN acct a ON a.id = v.id"),
        List.of(),
        List.of(Schemas.HOT, ACCT),
        dice -> Map.of(Schemas.HOT, Schemas.hotRows(), ACCT, Schemas.rows(5, i -> row(i))),
        Schemas.HOT,
        List.of(
            Maker.of(6, d -> Statement.read("SELECT * FROM acct ORDER BY id")),
            Maker.of(2, d -> Statement.read("SELECT n, g FROM acct WHERE id = ?", id(d))),
            Maker.of(
                6,
                d ->
                    Statement.write(
                        "UPDATE acct SET n = n + ? WHERE id = ?", d.between(1, 9), id(d))),
            Maker.of(
                2,
                d ->
                    Statement.write(
                        "UPDATE acct SET pad = ? WHERE id BETWEEN ? AND ? RETURNING id, pad, g",
                        "p" + d.below(9),
                        d.between(1, 3),
                        d.between(3, 6))),
            Maker.of(3, d -> Statement.write("DELETE FROM acct WHERE id = ?", id(d))),
            Maker.of(
                3,
                d -> {
                  int id = d.fresh();
                  return Statement.write(
                      "INSERT INTO acct (id, code, n) VALUES (?, ?, ?)", id, id, d.below(50));
                }),
            Maker.of(
                OLD_KEYS,
                3,
                d ->
                    Statement.write(
                        "INSERT INTO acct (id, code, n) VALUES (?, ?, 7)",
                        id(d),
                        d.percent(60) ? d.fresh() : 100 + id(d))),
            Maker.of(
                ON_CONFLICT_DO_NOTHING,
                2,
                d ->
                    Statement.write(
                        "INSERT INTO acct (id, code, n) VALUES (?, ?, 8)"
                            + " ON CONFLICT (id) DO NOTHING",
                        id(d),
                        d.fresh())),
            Maker.of(
                ON_CONFLICT_DO_UPDATE,
                2,
                d ->
                    Statement.write(
                        "INSERT INTO acct (id, code, n) VALUES (?, ?, 9)"
                            + " ON CONFLICT (id) DO UPDATE SET n = acct.n + excluded.n RETURNING n",
                        id(d),
                        d.fresh())),
            Maker.of(
                KEY_CHANGES,
                1,
                d -> Statement.write("UPDATE acct SET id = ? WHERE id = ?", d.fresh(), id(d))),
            Maker.of(
                KEY_CHANGES,
                2,
                d -> Statement.write("UPDATE acct SET code = ? WHERE id = ?", d.fresh(), id(d))),
            Maker.of(
                LOCK_READS,
                2,
                d ->
                    Statement.lock(
                        ACCT,
                        Strength.UPDATE,
                        "SELECT id, n FROM acct WHERE id = ? FOR UPDATE",
                        id(d))),
            Maker.of(
                LOCK_READS,
                2,
                d ->
                    Statement.lock(
                        ACCT,
                        Strength.KEY_SHARE,
                        "SELECT id, n FROM acct WHERE id <= ? ORDER BY id FOR KEY SHARE",
                        d.between(1, 4))),
            Maker.of(
                INSERT_SELECT,
                1,
                d ->
                    Statement.write(
                        "INSERT INTO acct (id, code, n) SELECT id + ?, id + ?, n FROM acct"
                            + " WHERE id < 4",
                        d.fresh() * 100,
                        d.fresh() * 100)),
            Maker.of(ERRORS, 1, d -> Statement.write("UPDATE acct SET n = 10 / (id - ?)", id(d))),
            Maker.of(
                ERRORS,
                1,
                d -> Statement.write("UPDATE acct SET n = n + 495 WHERE id <= ?", id(d))),
            Maker.of(
                ERRORS,
                1,
                d -> {
                  int id = d.fresh();
                  return Statement.write(
                      "INSERT INTO acct (id, code, n) VALUES (?, ?, 1), (?, NULL, 2)", id, id, id);
                }),
            Maker.of(VIEWS, 2, d -> Statement.read("SELECT * FROM acct_vv ORDER BY id")),
            Maker.of(
                VIEWS, 2, d -> Statement.write("UPDATE acct_v SET n = n + 1 WHERE id = ?", id(d)))),
        List.of("admin"));
  }

  /** Few, so that transactions meet; 6 is not there at first. */
  private static int id(Dice dice) {
    return dice.percent(75) ? dice.between(1, 3) : dice.between(4, 6);
  }

  private static List<String> row(int i) {
    return Schemas.values(i, 100 + i, i * 10, "old");
  }
}
