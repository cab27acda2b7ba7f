package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A transaction that is off the tables calls functions that read and change tables. What they do is
 * committed with the rest, or nothing is.
 */
class FunctionsOnShadowsTest {
  private DsqlLocal cluster;
  private Connection a;
  private Connection b;

  @BeforeEach
  void start() throws Exception {
    cluster = DsqlLocal.start();
    a = Jdbc.connect(cluster, "admin");
    b = Jdbc.connect(cluster, "admin");
    Jdbc.execute(
        a,
        "CREATE TABLE k (id int PRIMARY KEY)",
        "CREATE TABLE x (id int PRIMARY KEY, n int)",
        "INSERT INTO x VALUES (1, 1)",
        "CREATE SCHEMA other",
        "CREATE TABLE other.x (id int PRIMARY KEY, n int)",
        "INSERT INTO other.x VALUES (1, 100)");
  }

  @AfterEach
  void stop() throws Exception {
    a.close();
    b.close();
    cluster.close();
  }

  private void define(String definitions) throws SQLException {
    for (String definition : definitions.split(" ;; ")) {
      Jdbc.execute(a, "CREATE FUNCTION " + definition);
    }
  }

  /** A inserts a key that its snapshot does not show and that is taken, so it is on shadows. */
  private void leaveTables() throws SQLException {
    a.setAutoCommit(false);
    Jdbc.value(a, "SELECT count(*) FROM k");
    Jdbc.executeAgain(b, "INSERT INTO k VALUES (5)");
    Jdbc.execute(a, "INSERT INTO k VALUES (5)");
  }

  private String numbers(Connection connection) throws SQLException {
    return Jdbc.value(connection, "SELECT x.n || ' ' || o.n FROM x, other.x AS o");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "f() RETURNS int LANGUAGE sql AS 'UPDATE x SET n = n + 1 RETURNING n'",
        "f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'UPDATE x SET n = n + 1 RETURNING n'",
        "f() RETURNS int LANGUAGE sql AS 'UPDATE public.x SET n = n + 1 RETURNING n'",
        "f() RETURNS int LANGUAGE sql AS 'UPDATE other.\"x\" SET n = n + 1 RETURNING n'",
        "f() RETURNS int LANGUAGE sql SET search_path = other AS 'UPDATE x SET n = n + 1 RETURNING n'",
        "f() RETURNS int LANGUAGE sql SET search_path = other, pg_temp AS"
            + " 'UPDATE x SET n = n + 1 RETURNING n'",
        "f() RETURNS int LANGUAGE sql BEGIN ATOMIC UPDATE x SET n = n + 1 RETURNING n; END",
        "g() RETURNS int LANGUAGE sql AS 'UPDATE x SET n = n + 1 RETURNING n'"
            + " ;; f() RETURNS int LANGUAGE sql AS 'SELECT g()'",
        "g() RETURNS int LANGUAGE sql AS 'UPDATE x SET n = n + 1 RETURNING n'"
            + " ;; f() RETURNS int LANGUAGE sql SET search_path = other, public AS 'SELECT g()'",
        "g() RETURNS int LANGUAGE sql AS 'UPDATE x SET n = n + 1 RETURNING n'"
            + " ;; f(a int DEFAULT g()) RETURNS int LANGUAGE sql AS 'SELECT a'",
        "f() RETURNS int LANGUAGE sql AS 'SELECT n FROM x'",
        "f() RETURNS int LANGUAGE sql STABLE AS 'SELECT n FROM public.x'",
        "f() RETURNS int LANGUAGE sql RETURN (SELECT n FROM x)"
      })
  void whatAFunctionDoes_isCommitted(String definitions) throws Exception {
    define(definitions);
    a.setAutoCommit(false);
    Jdbc.execute(a, "UPDATE x SET n = 50");
    final String answer = Jdbc.value(a, "SELECT f()");
    final String expected = numbers(a);
    a.rollback();

    leaveTables();
    Jdbc.execute(b, "DELETE FROM k WHERE id = 5"); // so A may commit
    Jdbc.execute(a, "UPDATE x SET n = 50");
    assertThat(Jdbc.value(a, "SELECT f()")).isEqualTo(answer);
    assertThat(numbers(a)).isEqualTo(expected);
    a.commit();
    assertThat(numbers(b)).isEqualTo(expected);
  }

  /** What the function reads would be wrong, so the transaction hears at once that it has lost. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "f() RETURNS int LANGUAGE sql AS 'UPDATE public.x SET n = n + 1 RETURNING n'",
        "f() RETURNS int LANGUAGE sql SET search_path = other AS 'SELECT n FROM x'",
        "f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT n FROM x; END"
      })
  void functionThatWouldMissTheShadows_tellsTheLoss(String definition) throws Exception {
    define(definition);
    leaveTables();
    Jdbc.execute(a, "UPDATE x SET n = 50");
    assertThatThrownBy(() -> Jdbc.value(a, "SELECT f()"))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("40001"));
    a.rollback();
    assertThat(numbers(b)).isEqualTo("1 100");
  }

  @Test
  void functionWithoutTables_isCalledOnShadows() throws Exception {
    define("f(x int) RETURNS int LANGUAGE sql SET search_path = other AS 'SELECT $1 + 1'");
    leaveTables();
    assertThat(Jdbc.value(a, "SELECT f(n) FROM x")).isEqualTo("2");
    assertThatThrownBy(a::commit)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("40001"));
  }

  @Test
  void functionInADefault_isSeenWithoutItsName() throws Exception {
    define("next() RETURNS int LANGUAGE sql AS 'UPDATE public.x SET n = n + 1 RETURNING n'");
    Jdbc.execute(a, "CREATE TABLE d (id int PRIMARY KEY, n int DEFAULT next())");
    leaveTables();
    Jdbc.execute(b, "DELETE FROM k WHERE id = 5");
    Jdbc.execute(a, "INSERT INTO d VALUES (1)");
    a.commit();
    assertThat(Jdbc.value(b, "SELECT d.n || ' ' || x.n FROM d, x")).isEqualTo("2 2");
  }

  /** Nobody writes names like this, and the scanner does not know what they stand for. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE public.U&\"!0078\" UESCAPE '!' SET n = n + 1 RETURNING n",
        "SELECT f()",
      })
  void tableThatIsReachedUnseen_isAConflict(String statement) throws Exception {
    define(
        "f() RETURNS int LANGUAGE sql AS $$"
            + " UPDATE public.U&\"!0078\" UESCAPE '!' SET n = n + 1 RETURNING n $$");
    leaveTables();
    assertThatThrownBy(() -> Jdbc.value(a, statement))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("40001"));
    a.rollback();
    assertThat(Jdbc.value(a, statement)).isEqualTo("2");
    a.commit();
    assertThat(numbers(b)).isEqualTo("2 100");
  }

  /** Whether a key is taken cannot be looked up on shadows there, so PostgreSQL's answer counts. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "f() RETURNS int LANGUAGE sql AS 'INSERT INTO public.x VALUES (1, 2) RETURNING n'",
        "f() RETURNS int LANGUAGE sql BEGIN ATOMIC INSERT INTO x VALUES (1, 2) RETURNING n; END",
        "f() RETURNS int LANGUAGE sql SET search_path = other AS"
            + " 'INSERT INTO x VALUES (1, 2) RETURNING n'"
      })
  void keyThatAFunctionMeets_isTaken(String definition) throws Exception {
    define(definition);
    a.setAutoCommit(false);
    for (boolean first : new boolean[] {true, false}) {
      if (!first) {
        Jdbc.execute(a, "INSERT INTO k VALUES (7)");
      }
      Jdbc.executeAgain(b, "UPDATE k SET id = 8 WHERE id = 8"); // somebody is about
      assertThatThrownBy(() -> Jdbc.value(a, "SELECT f()"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23505"));
      a.rollback();
    }
  }
}
