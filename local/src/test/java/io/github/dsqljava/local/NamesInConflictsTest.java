package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A conflict that is none stays none, whatever a client calls its tables and columns. */
class NamesInConflictsTest {
  private static DsqlLocal cluster;

  private Connection first;
  private Connection second;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void connect() throws SQLException {
    first = Jdbc.connect(cluster, "admin");
    second = Jdbc.connect(cluster, "admin");
  }

  @AfterEach
  void disconnect() throws SQLException {
    first.close();
    second.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "a+b",
        "a(b",
        "a)b",
        "a[b",
        "a]b",
        "a{b",
        "a*",
        "a?",
        "a|b",
        "^a",
        "a$",
        "a\\b",
        "a\\1",
        "a.b",
        "a b",
        "a'b",
        "Ä",
        "Upper",
        "select",
        "chain",
        "current",
        "touched",
        "replaced",
        "change",
        "locked",
        "changes",
        "related",
        "x",
        "y",
        "b",
        "i",
        "d",
        "dsql$row",
        "origin1",
        "made",
        "base",
        "pg_temp",
        "public"
      })
  void table_ofAnyName_isChangedAsIfAlone(String name) throws Exception {
    changesStay(quote(name), "v");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "e",
        "value",
        "x",
        "y",
        "n",
        "k",
        "r",
        "t",
        "s",
        "b",
        "i",
        "c",
        "m",
        "key",
        "content",
        "base",
        "shadow",
        "fill",
        "origin1",
        "origin2",
        "dsql$row",
        "changes",
        "relation",
        "made",
        "a+b",
        "a\\b",
        "a'b",
        "Ä",
        "Upper",
        "select",
        "current",
        "chain"
      })
  void column_ofAnyName_isChangedAsIfAlone(String name) throws Exception {
    changesStay("plain_table", quote(name));
  }

  /** The first meets the second, which goes away; so all that the first has done comes to be. */
  private void changesStay(String table, String column) throws SQLException {
    Jdbc.executeAgain(
        first,
        "DROP VIEW IF EXISTS over_it",
        "DROP TABLE IF EXISTS plain_table",
        "CREATE TABLE " + table + " (id int PRIMARY KEY, " + column + " int, w int DEFAULT 7)",
        "CREATE VIEW over_it AS SELECT id, " + column + " AS renamed, w FROM " + table,
        "INSERT INTO " + table + " SELECT i, i * 10 FROM generate_series(1, 5) i");
    Jdbc.executeAgain(second, "SELECT 1 FROM " + table);
    first.setAutoCommit(false);
    second.setAutoCommit(false);
    Jdbc.execute(
        first,
        "UPDATE " + table + " SET " + column + " = 11 WHERE id = 1",
        "INSERT INTO " + table + " VALUES (6, 60)",
        "DELETE FROM " + table + " WHERE id = 2");
    Jdbc.execute(second, "UPDATE " + table + " SET w = 8 WHERE id = 1");
    second.rollback();
    Jdbc.execute(
        first,
        "UPDATE " + table + " SET " + column + " = 33 WHERE id = 3",
        "INSERT INTO " + table + " VALUES (7, 70)",
        "DELETE FROM " + table + " WHERE id = 4");
    String query = "SELECT id || ':' || renamed || ':' || w FROM over_it ORDER BY id";
    String[] expected = {"1:11:7", "3:33:7", "5:50:7", "6:60:7", "7:70:7"};
    assertThat(Jdbc.column(first, query)).containsExactly(expected);
    first.commit();
    first.setAutoCommit(true);
    second.setAutoCommit(true);
    assertThat(Jdbc.column(second, query)).containsExactly(expected);
    Jdbc.executeAgain(first, "DROP VIEW over_it", "DROP TABLE " + table);
  }

  private static String quote(String name) {
    return '"' + name + '"';
  }
}
