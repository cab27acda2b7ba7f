package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.frontend.RawClient;
import java.sql.Connection;
import java.sql.PreparedStatement;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conflicts of transactions on one table, and of statements outside of transactions. */
class TableFaultsTest extends FaultFixture {
  @BeforeAll
  static void createTables() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          admin,
          "CREATE SCHEMA shop",
          "CREATE TABLE shop.t (id int PRIMARY KEY)",
          "CREATE TABLE \"Other\" (id int PRIMARY KEY)");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"t", "public.t", "\"t\"", "T"})
  void conflict_onATable_strikesWhoChangesIt(String table) throws Exception {
    for (boolean extended : new boolean[] {false, true}) {
      faults.conflictCommits(1, CommitConflict.DATA, table);
      try (RawClient client = loggedIn()) {
        assertThat(query(client, "BEGIN; INSERT INTO \"Other\" SELECT 1 WHERE false; COMMIT"))
            .containsExactly("C BEGIN", "C INSERT 0 0", "C COMMIT", "Z I");
        assertThat(query(client, "BEGIN; SELECT FROM t; COMMIT")).contains("C COMMIT");
        if (extended) {
          Pipeline pipeline =
              new Pipeline()
                  .run("BEGIN")
                  .run("INSERT INTO public.t VALUES (1)")
                  .run("INSERT INTO \"Other\" SELECT 1 WHERE false")
                  .run("COMMIT")
                  .sync();
          assertThat(answers(client, pipeline, 1)).endsWith("1", "2", DATA_CONFLICT, "Z I");
        } else {
          query(client, "BEGIN");
          query(client, "INSERT INTO t VALUES (1)");
          query(client, "SELECT 1");
          assertThat(query(client, "COMMIT")).containsExactly(DATA_CONFLICT, "Z I");
        }
      }
      assertThat(rows()).isEmpty();
    }
  }

  @Test
  void conflict_onATableOfASchema_sparesThatOfAnother() throws Exception {
    faults.conflictCommits(1, CommitConflict.SCHEMA, "shop.t");
    try (RawClient client = loggedIn()) {
      assertThat(query(client, "INSERT INTO public.t VALUES (1)")).contains("C INSERT 0 1");
      assertThat(query(client, "INSERT INTO shop.t VALUES (1)"))
          .containsExactly(SCHEMA_CONFLICT, "Z I");
      assertThat(query(client, "SELECT * FROM shop.t")).contains("C SELECT 0");
    }
    assertThat(rows()).containsExactly("1");
  }

  @Test
  void conflict_ofAStatementPreparedBeforeItWasArmed_isKnown() throws Exception {
    try (Connection connection = Jdbc.connect(cluster, "admin", "prepareThreshold=1")) {
      try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
        for (int i = 1; i <= 2; i++) {
          insert.setInt(1, i);
          insert.executeUpdate();
        }
        faults.conflictCommits(2, CommitConflict.DATA, "t");
        insert.setInt(1, 3);
        assertFails(
            "40001",
            "ERROR: change conflicts with another transaction (OC000)",
            insert::executeUpdate);
        connection.setAutoCommit(false);
        insert.executeUpdate();
        assertFails(
            "40001",
            "ERROR: change conflicts with another transaction (OC000)",
            connection::commit);
        insert.executeUpdate();
        connection.commit();
      }
    }
    assertThat(rows()).containsExactly("1", "2", "3");
  }

  @Test
  void conflict_onWhatIsNoName_isRefused() {
    assertThatThrownBy(() -> faults.conflictCommits(1, CommitConflict.DATA, "a b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"a b\" is not the name of a table");
  }

  @Test
  void conflict_ofAStatementOfItsOwn_comesBehindItsRowsAndUndoesIt() throws Exception {
    faults.conflictCommits(4, CommitConflict.DATA);
    try (RawClient client = loggedIn()) {
      assertThat(query(client, "INSERT INTO t VALUES (1) RETURNING id -- end"))
          .containsExactly("T", "D 1", DATA_CONFLICT, "Z I");
      assertThat(
              answers(
                  client,
                  new Pipeline()
                      .parse("", "INSERT INTO t VALUES (2) RETURNING id")
                      .bind("", "")
                      .describePortal("")
                      .execute("")
                      .sync(),
                  1))
          .containsExactly("1", "2", "T", "D 2", DATA_CONFLICT, "Z I");
      assertThat(query(client, "SELECT 1; INSERT INTO t VALUES (3); INSERT INTO t VALUES (4)"))
          .containsExactly("T", "D 1", "C SELECT 1", DATA_CONFLICT, "Z I");
      assertThat(
              answers(
                  client,
                  new Pipeline()
                      .run("INSERT INTO t VALUES (5)")
                      .run("INSERT INTO t VALUES (6)")
                      .sync()
                      .run("INSERT INTO t VALUES (7)")
                      .sync(),
                  2))
          .containsExactly("1", "2", DATA_CONFLICT, "Z I", "1", "2", "C INSERT 0 1", "Z I");
    }
    assertThat(rows()).containsExactly("7");
  }

  @Test
  void conflict_ofAStatementThatFailsByItself_waitsForOneThatWorks() throws Exception {
    try (RawClient client = loggedIn()) {
      query(client, "INSERT INTO t VALUES (1)");
      faults.conflictCommits(1, CommitConflict.DATA);
      assertThat(query(client, "INSERT INTO t VALUES (1)").get(0)).startsWith("E 23505");
      assertThat(query(client, "INSERT INTO t VALUES (1) ON CONFLICT FOR"))
          .containsExactly("E 42601 syntax error at or near \"FOR\"", "Z I");
      assertThat(answers(client, new Pipeline().run("DELETE FROM missing").sync(), 1).get(0))
          .startsWith("E 42P01");
      assertThat(query(client, "DELETE FROM t")).containsExactly(DATA_CONFLICT, "Z I");
    }
    assertThat(rows()).containsExactly("1");
  }

  @Test
  void conflict_ofAStatementAmongOtherSessions_strikesOnlyIt() throws Exception {
    try (RawClient other = loggedIn();
        RawClient client = loggedIn()) {
      query(other, "BEGIN; INSERT INTO t VALUES (1)");
      faults.conflictCommits(1, CommitConflict.DATA, "\"Other\"");
      assertThat(query(client, "INSERT INTO \"Other\" VALUES (1)"))
          .containsExactly(DATA_CONFLICT, "Z I");
      assertThat(query(other, "COMMIT")).containsExactly("C COMMIT", "Z I");
      assertThat(query(client, "DELETE FROM \"Other\"")).containsExactly("C DELETE 0", "Z I");
    }
    assertThat(rows()).containsExactly("1");
  }
}
