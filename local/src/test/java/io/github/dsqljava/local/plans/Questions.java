package io.github.dsqljava.local.plans;

import java.util.List;
import java.util.Random;

/** Random queries on three tables, whose plans have all kinds of nodes. */
final class Questions {
  static final List<String> TABLES =
      List.of(
          "CREATE TABLE t (id int PRIMARY KEY, v int, name varchar(20), \"Mixed Case\" int, \"user\" int)",
          "CREATE TABLE u (id int PRIMARY KEY, t_id int, d date, n numeric(10, 2))",
          "CREATE TABLE empty (id uuid PRIMARY KEY, v text UNIQUE, w int)",
          "CREATE VIEW w AS SELECT id, v FROM t WHERE v > 10",
          "INSERT INTO t SELECT i, i % 50, 'n' || i % 300, i % 7, i FROM generate_series(1, 3000) i",
          "INSERT INTO u SELECT i, i % 3000, date '2026-01-01' + i % 300, i / 3.0 FROM generate_series(1, 6000) i",
          "CREATE INDEX t_v ON t (v)",
          "CREATE INDEX \"t Name\" ON t (name, v)",
          "CREATE INDEX u_t ON u (t_id) INCLUDE (d)",
          "CREATE INDEX u_lower ON u (abs(n))",
          "ANALYZE");

  private static final List<String> SWITCHES =
      List.of(
          "enable_hashjoin",
          "enable_mergejoin",
          "enable_nestloop",
          "enable_seqscan",
          "enable_indexscan",
          "enable_indexonlyscan",
          "enable_bitmapscan",
          "enable_hashagg",
          "enable_sort",
          "enable_memoize",
          "enable_incremental_sort",
          "enable_material");

  private final Random random;

  Questions(Random random) {
    this.random = random;
  }

  private String one(String... of) {
    return of[random.nextInt(of.length)];
  }

  /** Some planner switches, off. */
  List<String> switches() {
    return random
        .ints(random.nextInt(4), 0, SWITCHES.size())
        .distinct()
        .mapToObj(i -> "SET LOCAL " + SWITCHES.get(i) + " = off")
        .toList();
  }

  String query() {
    return switch (random.nextInt(24)) {
      case 0, 1 -> "SELECT " + columns() + " FROM t" + alias() + where() + order();
      case 2 ->
          "SELECT a.id, b.n FROM t a "
              + join()
              + " u b ON a.id = b.t_id"
              + one("", " AND a.v < b.id")
              + one("", " WHERE a.v = 3", " WHERE b.d > '2026-03-01' OR a.v = b.id");
      case 3 ->
          "SELECT v, count(*), max(\"Mixed Case\") FROM t" + where() + " GROUP BY v" + having();
      case 4 ->
          "SELECT v, name, sum(id) FROM t GROUP BY "
              + one("ROLLUP (v, name)", "CUBE (v, name)", "GROUPING SETS ((v), (name), ())");
      case 5 ->
          "SELECT id, rank() OVER (PARTITION BY v ORDER BY id), sum(v) OVER () FROM t" + where();
      case 6 ->
          "SELECT v FROM t "
              + one("UNION", "UNION ALL", "EXCEPT", "EXCEPT ALL", "INTERSECT")
              + " SELECT t_id FROM u"
              + order("v");
      case 7 ->
          "WITH c AS "
              + one("", "MATERIALIZED", "NOT MATERIALIZED")
              + " (SELECT id, v FROM t WHERE v > 3) SELECT * FROM c x JOIN c y USING (id)";
      case 8 ->
          "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 10)"
              + " SELECT * FROM r"
              + one("", " ORDER BY n DESC", " JOIN t ON t.id = r.n");
      case 9 ->
          "SELECT id FROM t WHERE "
              + one("", "NOT ")
              + one(
                  "EXISTS (SELECT FROM u WHERE u.t_id = t.id)",
                  "id IN (SELECT t_id FROM u)",
                  "v = ANY (SELECT id FROM u WHERE d = '2026-01-05')",
                  "v > (SELECT avg(n) FROM u)");
      case 10 -> "SELECT id, (SELECT max(n) FROM u WHERE u.t_id = t.id) FROM t" + where();
      case 11 ->
          "SELECT t.id, x.n FROM t, LATERAL (SELECT n FROM u WHERE u.t_id = t.id"
              + one("", " ORDER BY d LIMIT 1")
              + ") x WHERE t.v = 1";
      case 12 ->
          "SELECT * FROM (VALUES (1, 'a'), (2, 'b''\n;c')) AS x (k, l)" + one("", " WHERE k > 1");
      case 13 -> "SELECT * FROM generate_series(1, 10)" + alias() + one("", " ORDER BY 1");
      case 14 ->
          "SELECT count(*) FROM t TABLESAMPLE "
              + one("BERNOULLI (10) REPEATABLE (7)", "SYSTEM (5) REPEATABLE (3)");
      case 15 ->
          "SELECT DISTINCT "
              + one("", "ON (v) ")
              + "v, name FROM t"
              + where()
              + one("", " ORDER BY v");
      case 16 -> "SELECT * FROM w" + one("", " WHERE id < 10", " ORDER BY v");
      case 17 ->
          "SELECT v, \"user\" FROM t ORDER BY " + one("v, \"user\"", "\"user\" DESC NULLS LAST, v");
      case 18 ->
          "SELECT * FROM empty"
              + one("", " WHERE v = 'x'", " WHERE w > 3 AND v COLLATE \"C\" < 'y'");
      case 19 ->
          "SELECT a.id FROM t a JOIN t b USING (id) JOIN u ON u.id = b.v"
              + one("", " WHERE a.v = b.v + u.id");
      case 20 -> "SELECT * FROM " + one("t", "ONLY t") + " WHERE ctid = '(0,1)' OR ctid = '(0,2)'";
      case 21 -> "SELECT id FROM t" + where() + " FOR UPDATE";
      case 22 ->
          "SELECT v FROM t WHERE "
              + one("abs(v) IS DISTINCT FROM 3", "'(t.v = 1)' <> name", "name LIKE 'n1%'");
      default ->
          "SELECT "
              + one("1", "current_date, random()", "generate_series(1, 3)", "1 WHERE random() < 2");
    };
  }

  String change() {
    return switch (random.nextInt(6)) {
      case 0 -> "UPDATE t" + alias() + " SET v = v + 1" + where() + returning();
      case 1 -> "DELETE FROM t" + alias() + where() + returning();
      case 2 -> "INSERT INTO u VALUES (99999, 1)" + returning();
      case 3 -> "INSERT INTO u SELECT id + 100000, v FROM t" + where();
      case 4 ->
          "INSERT INTO u VALUES (1, 1), (2, 2) ON CONFLICT (id) DO "
              + one("NOTHING", "UPDATE SET n = excluded.n WHERE u.n > 3");
      default ->
          one(
              "UPDATE u SET n = 0 FROM t WHERE t.id = u.t_id",
              "DELETE FROM u USING t WHERE t.id = u.t_id AND t.v = 1");
    };
  }

  private String returning() {
    return one("", " RETURNING id");
  }

  private String columns() {
    return one(
        "*", "id", "v, name", "upper(name) || v", "count(*)", "\"Mixed Case\" + \"user\"", "t");
  }

  private String alias() {
    return one("", " t", " AS t");
  }

  private String where() {
    return one(
        "",
        " WHERE id = 5",
        " WHERE id BETWEEN 10 AND 20 AND v = 3",
        " WHERE v = 7",
        " WHERE name = 'n5' AND v < 9",
        " WHERE v IN (1, 2, 3) OR name = 'n7'",
        " WHERE \"Mixed Case\" = 1 AND \"user\" > 4",
        " WHERE lower(name) = 'n3' AND NOT v = 2",
        " WHERE false");
  }

  private String order() {
    return order("1");
  }

  private String order(String by) {
    return one("", " ORDER BY " + by, " ORDER BY " + by + " DESC LIMIT 3", " LIMIT 2 OFFSET 1");
  }

  private String having() {
    return one("", " HAVING count(*) > 3", " ORDER BY 2");
  }

  private String join() {
    return one("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN");
  }
}
