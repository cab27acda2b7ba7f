package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A transaction that has lost reads views as it would if it had not. */
class ViewsOnShadowsTest {
  /** Nothing in the text of a view but a table is taken for one. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT n, 'x'::text AS x FROM t",
        "SELECT n, 'public.t'::text AS x FROM t",
        "SELECT \"public.t\".n, 1 AS x FROM t AS \"public.t\"",
        "SELECT n, 'it''s \\ t'::text FROM t WHERE n > -100",
        "SELECT other.n, t.n FROM t AS other CROSS JOIN other.t",
        "SELECT t.n, u.n AS u FROM other.t AS u LEFT JOIN public.t USING (id)",
        "SELECT t.n, (SELECT count(*) FROM other.t) FROM t",
        "SELECT w.n, t.t(1) AS x FROM t w, t.t",
        "SELECT w.n, public.t(w.n) AS x FROM t w",
        "SELECT n, ((NULL::t).n) AS x FROM public.t",
        "WITH t AS (SELECT n + 0 AS n FROM public.t) SELECT n, 1 FROM t UNION SELECT n, 2 FROM other.t",
        "SELECT n, 1 AS \"FROM public.t\" FROM public.t ORDER BY n",
        "SELECT n, x FROM first",
      })
  void viewOnShadows_isTheSame(String definition) throws Exception {
    try (DsqlLocal cluster = DsqlLocal.start();
        Connection a = Jdbc.connect(cluster, "admin");
        Connection b = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          a,
          "CREATE TABLE hot (id int PRIMARY KEY, n int)",
          "INSERT INTO hot VALUES (1, 0)",
          "CREATE TABLE t (id int PRIMARY KEY, n int, t int)",
          "CREATE SCHEMA other",
          "CREATE TABLE other.t (id int PRIMARY KEY, n int, t int)",
          "CREATE SCHEMA t",
          "CREATE TABLE t.t (id int PRIMARY KEY, n2 int)",
          "CREATE FUNCTION t.t(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1'",
          "CREATE FUNCTION public.t(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 2'",
          "CREATE VIEW first AS SELECT n, '-7'::int AS x FROM t",
          "CREATE VIEW v (a, b) AS " + definition,
          // The older view rests on the younger one from now on.
          "CREATE VIEW younger AS SELECT n FROM t",
          "CREATE OR REPLACE VIEW first AS SELECT n, '-8'::int AS x FROM younger",
          "INSERT INTO t VALUES (1, 1, 5)",
          "INSERT INTO other.t VALUES (1, 2, 6)",
          "INSERT INTO t.t VALUES (1, 3)");
      String all = "SELECT string_agg(v::text, ' ' ORDER BY v::text) FROM v";
      a.setAutoCommit(false);
      String update = "UPDATE public.t SET n = n + 10";
      Jdbc.execute(a, update);
      final String expected = Jdbc.value(a, all);
      a.rollback();

      Jdbc.value(a, "SELECT n FROM hot");
      Jdbc.executeAgain(b, "UPDATE hot SET n = 5");
      Jdbc.execute(a, "UPDATE hot SET n = n + 1", update); // it has lost
      assertThat(Jdbc.value(a, all)).isEqualTo(expected).contains("11");
      a.rollback();
    }
  }

  /** It has lost in any case; what it is told comes early. */
  @Test
  void viewWithAColumnThatLooksLikeATable_tellsEarly() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.start();
        Connection a = Jdbc.connect(cluster, "admin");
        Connection b = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          a,
          "CREATE SCHEMA s",
          "CREATE TABLE s.t (id int PRIMARY KEY, t int)",
          "INSERT INTO s.t VALUES (1, 1)",
          "CREATE VIEW v AS SELECT s.t FROM s.t AS s JOIN s.t AS u USING (id)");
      a.setAutoCommit(false);
      Jdbc.value(a, "SELECT t FROM v");
      Jdbc.executeAgain(b, "UPDATE s.t SET t = 2");
      Jdbc.execute(a, "UPDATE s.t SET t = 3");
      assertThatThrownBy(() -> Jdbc.value(a, "SELECT t FROM v"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("40001"));
    }
  }

  @Test
  void searchPathThatIsSetInTheSameString_counts() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.start();
        Connection a = Jdbc.connect(cluster, "admin");
        Connection b = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          a,
          "CREATE SCHEMA s",
          "CREATE TABLE t (id int PRIMARY KEY, n int)",
          "CREATE TABLE s.t (id int PRIMARY KEY, n int)",
          "INSERT INTO t VALUES (1, 1)",
          "INSERT INTO s.t VALUES (1, 100)");
      a.setAutoCommit(false);
      Jdbc.value(a, "SELECT n FROM t");
      Jdbc.executeAgain(b, "UPDATE t SET n = 2");
      Jdbc.execute(a, "UPDATE t SET n = 3");
      assertThat(Jdbc.value(a, "SELECT n FROM t")).isEqualTo("3");
      Jdbc.execute(a, "SET search_path TO s; UPDATE t SET n = n + 1");
      assertThat(Jdbc.value(a, "SELECT n FROM t")).isEqualTo("101");
      assertThat(Jdbc.value(a, "SELECT n FROM public.t")).isEqualTo("3");
    }
  }
}
