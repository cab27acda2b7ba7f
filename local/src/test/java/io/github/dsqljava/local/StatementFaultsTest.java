package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.frontend.RawClient;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults at BEGIN and at the statements between BEGIN and COMMIT. */
class StatementFaultsTest extends FaultFixture {
  private static final String ABORTED =
      "E 25P02 current transaction is aborted, commands ignored until end of transaction block";

  // Any statement

  @Test
  void unavailable_outsideOfATransaction_leavesTheSessionIdle() throws Exception {
    faults.unavailableAtStatement(2);
    try (RawClient client = loggedIn()) {
      assertThat(query(client, "INSERT INTO t VALUES (1)")).containsExactly(UNAVAILABLE, "Z I");
      Pipeline pipeline =
          new Pipeline()
              .run("INSERT INTO t VALUES (2)")
              .run("INSERT INTO t VALUES (3)")
              .sync()
              .run("INSERT INTO t VALUES (4)")
              .sync();
      assertThat(answers(client, pipeline, 2))
          .containsExactly("1", "2", UNAVAILABLE, "Z I", "1", "2", "C INSERT 0 1", "Z I");
    }
    assertThat(rows()).containsExactly("4");
  }

  @Test
  void unavailable_insideATransaction_failsIt() throws Exception {
    try (RawClient client = loggedIn()) {
      faults.unavailableAtStatement(1);
      assertThat(query(client, "BEGIN")).as("not a BEGIN").containsExactly("C BEGIN", "Z T");
      assertThat(query(client, "INSERT INTO t VALUES (1)")).containsExactly(UNAVAILABLE, "Z E");
      faults.unavailableAtStatement(1);
      assertThat(query(client, "SELECT 1"))
          .as("aborted comes first")
          .containsExactly(ABORTED, "Z E");
      assertThat(answers(client, new Pipeline().run("SELECT 1").sync(), 1))
          .containsExactly(ABORTED, "Z E");
      assertThat(query(client, "COMMIT")).as("not a COMMIT").containsExactly("C ROLLBACK", "Z I");
      Pipeline pipeline = new Pipeline().run("BEGIN").run("SELECT 1").run("COMMIT").sync();
      assertThat(answers(client, pipeline, 1))
          .containsExactly("1", "2", "C BEGIN", "1", "2", UNAVAILABLE, "Z E");
      assertThat(query(client, "ROLLBACK")).containsExactly("C ROLLBACK", "Z I");
    }
    assertThat(rows()).isEmpty();
  }

  @Test
  void unavailable_inTheMiddleOfOneQuery_undoesItsImplicitTransaction() throws Exception {
    try (RawClient client = loggedIn()) {
      faults.unavailableAtStatement(1);
      assertThat(query(client, "BEGIN; COMMIT; SELECT 1; SELECT 2"))
          .containsExactly("C BEGIN", "C COMMIT", UNAVAILABLE, "Z I");
      faults.unavailableAtStatement(1);
      assertThat(query(client, "; -- nothing")).containsExactly("I", "Z I");
      assertThat(answers(client, new Pipeline().run(" /* nothing */ ").sync(), 1))
          .containsExactly("1", "2", "I", "Z I");
      assertThat(query(client, "SELECT 1; SELEC"))
          .as("a mistake in the syntax is found before anything is run")
          .containsExactly("E 42601 syntax error at or near \"SELEC\"", "Z I");
      assertThat(query(client, "SELECT 'ä', $$;$$; SELECT 2")).containsExactly(UNAVAILABLE, "Z I");
    }
  }

  @Test
  void unavailable_inTheMiddleOfAPipeline_answersEachBatch() throws Exception {
    try (RawClient client = loggedIn()) {
      faults.unavailableAtStatement(1);
      Pipeline pipeline =
          new Pipeline()
              .query("BEGIN")
              .query("INSERT INTO t VALUES (1)")
              .query("INSERT INTO t VALUES (2)")
              .query("COMMIT")
              .query("INSERT INTO t VALUES (3)");
      assertThat(answers(client, pipeline, 5))
          .containsExactly(
              "C BEGIN",
              "Z T",
              UNAVAILABLE,
              "Z E",
              ABORTED,
              "Z E",
              "C ROLLBACK",
              "Z I",
              "C INSERT 0 1",
              "Z I");
    }
    assertThat(rows()).containsExactly("3");
  }

  @Test
  void unavailable_whileRowsAreFetched_endsThePortal() throws Exception {
    try (RawClient client = loggedIn()) {
      query(client, "BEGIN");
      Pipeline first =
          new Pipeline()
              .parse("", "SELECT * FROM generate_series(1, 5)")
              .bind("p", "")
              .execute("p", 2)
              .sync();
      Pipeline next = new Pipeline().execute("p", 2).sync();
      assertThat(answers(client, first, 1)).containsExactly("1", "2", "D 1", "D 2", "s", "Z T");
      faults.unavailableAtStatement(1);
      assertThat(answers(client, next, 1))
          .as("bound before the fault was armed")
          .containsExactly(UNAVAILABLE, "Z E");
      query(client, "ROLLBACK; BEGIN");
      faults.conflictBegins(1);
      assertThat(answers(client, first, 1)).containsExactly("1", "2", "D 1", "D 2", "s", "Z T");
      faults.unavailableAtStatement(1);
      assertThat(answers(client, next, 1)).containsExactly(UNAVAILABLE, "Z E");
      query(client, "ROLLBACK");
      assertThat(query(client, "BEGIN")).containsExactly(SCHEMA_CONFLICT, "Z I");
    }
  }

  @Test
  void unavailable_forARewrittenStatement_replacesItsOwnError() throws Exception {
    try (RawClient client = loggedIn()) {
      faults.unavailableAtStatement(1);
      assertThat(query(client, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
          .containsExactly(UNAVAILABLE, "Z I");
      assertThat(query(client, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
          .containsExactly("E 0A000 Unsupported isolation level: SERIALIZABLE", "Z I");
    }
  }

  @Test
  void execute_ofAnyName_isRefusedLikeAnyOther() throws Exception {
    try (RawClient client = loggedIn()) {
      for (String name : List.of("\"dsql-local fault\"", "dsql$missing", "x")) {
        assertThat(query(client, "EXECUTE " + name))
            .containsExactly("E 0A000 unsupported statement: Execute", "Z I");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended", "extendedForPrepared", "extendedCacheEverything"})
  void unavailable_throughPgjdbc_keepsTheConnection(String mode) throws Exception {
    try (Connection connection =
            Jdbc.connect(cluster, "admin", "preferQueryMode=" + mode, "prepareThreshold=1");
        PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
      for (int i = 0; i < 20; i++) {
        connection.setAutoCommit(i % 3 != 0);
        insert.setInt(1, i);
        if (i % 2 == 0) {
          insert.executeUpdate();
          if (!connection.getAutoCommit()) {
            connection.commit();
          }
        } else {
          faults.unavailableAtStatement(1);
          assertFails("XX000", "ERROR: server unavailable", insert::executeUpdate);
          if (!connection.getAutoCommit()) {
            assertThatThrownBy(() -> Jdbc.execute(connection, "SELECT 1"))
                .hasMessageContaining("current transaction is aborted");
            connection.rollback();
          }
        }
      }
    }
    assertThat(rows()).containsExactly("0", "2", "4", "6", "8", "10", "12", "14", "16", "18");
  }

  // BEGIN

  @ParameterizedTest
  @ValueSource(
      strings = {"BEGIN", "start transaction read only;", "/* a */ begin WORK", "BEGIN -- b"})
  void begin_inAnyWords_isRefusedAndTheSessionIsIdle(String begin) throws Exception {
    faults.conflictBegins(2);
    try (RawClient client = loggedIn()) {
      assertThat(query(client, begin)).containsExactly(SCHEMA_CONFLICT, "Z I");
      assertThat(answers(client, new Pipeline().run(begin).run("SELECT 1").sync(), 1))
          .containsExactly("1", "2", SCHEMA_CONFLICT, "Z I");
      assertThat(query(client, begin)).containsExactly("C " + tag(begin), "Z T");
    }
  }

  private static String tag(String begin) {
    return begin.startsWith("start") ? "START TRANSACTION" : "BEGIN";
  }

  @Test
  void begin_refusedInAPipeline_leavesWhatFollowsWithoutATransaction() throws Exception {
    faults.conflictBegins(1);
    try (RawClient client = loggedIn()) {
      Pipeline pipeline =
          new Pipeline()
              .query("INSERT INTO t VALUES (1)")
              .query("BEGIN")
              .query("INSERT INTO t VALUES (2)")
              .query("ROLLBACK");
      assertThat(answers(client, pipeline, 4))
          .containsExactly(
              "C INSERT 0 1",
              "Z I",
              SCHEMA_CONFLICT,
              "Z I",
              "C INSERT 0 1",
              "Z I",
              "N 25P01 there is no transaction in progress",
              "C ROLLBACK",
              "Z I");
    }
    assertThat(rows()).containsExactly("1", "2");
  }

  @Test
  void begin_insideATransaction_doesNotCount() throws Exception {
    try (RawClient client = loggedIn()) {
      query(client, "BEGIN");
      faults.conflictBegins(1);
      assertThat(query(client, "BEGIN"))
          .containsExactly("N 25001 there is already a transaction in progress", "C BEGIN", "Z T");
      assertThat(query(client, "COMMIT; BEGIN"))
          .containsExactly("C COMMIT", SCHEMA_CONFLICT, "Z I");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void begin_throughPgjdbc_isASerializationFailure(String mode) throws Exception {
    faults.conflictBegins(1);
    try (Connection connection = Jdbc.connect(cluster, "admin", "preferQueryMode=" + mode)) {
      connection.setAutoCommit(false);
      assertFails(
          "40001",
          "ERROR: schema has been updated by another transaction (OC001)",
          () -> Jdbc.execute(connection, "INSERT INTO t VALUES (1)"));
      connection.rollback();
      Jdbc.execute(connection, "INSERT INTO t VALUES (2)");
      connection.commit();
    }
    // pgjdbc has sent the statement right behind its BEGIN, without looking at the answer.
    assertThat(rows()).containsExactly("1", "2");
  }
}
