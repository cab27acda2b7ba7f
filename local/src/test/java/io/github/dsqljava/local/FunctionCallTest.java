package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.frontend.RawClient;
import java.nio.ByteBuffer;
import java.sql.Connection;
import org.junit.jupiter.api.Test;

/** FunctionCall messages, which would reach any function past the rules. */
class FunctionCallTest extends FaultFixture {
  private static final String REFUSED = "E 0A000 unsupported statement: FunctionCall";
  private static final String ABORTED =
      "E 25P02 current transaction is aborted, commands ignored until end of transaction block";

  @Test
  void functionCall_anywhere_isRefusedAndNotMade() throws Exception {
    byte[] lock = call("pg_try_advisory_lock");
    try (RawClient client = loggedIn()) {
      assertThat(answers(client, new Pipeline().message('F', lock), 1))
          .containsExactly(REFUSED, "Z I");
      query(client, "BEGIN");
      assertThat(answers(client, new Pipeline().message('F', lock), 1))
          .containsExactly(REFUSED, "Z E");
      assertThat(answers(client, new Pipeline().message('F', lock), 1))
          .as("aborted comes first")
          .containsExactly(ABORTED, "Z E");
      query(client, "ROLLBACK");
      Pipeline pipeline =
          new Pipeline()
              .query("BEGIN")
              .query("INSERT INTO t VALUES (1)")
              .message('F', lock)
              .query("COMMIT")
              .run("SELECT 1")
              .sync();
      assertThat(answers(client, pipeline, 5))
          .containsExactly(
              "C BEGIN",
              "Z T",
              "C INSERT 0 1",
              "Z T",
              REFUSED,
              "Z E",
              "C ROLLBACK",
              "Z I",
              "1",
              "2",
              "D 1",
              "C SELECT 1",
              "Z I");
      assertThat(query(client, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
          .contains("D 0");
    }
    assertThat(rows()).isEmpty();
  }

  @Test
  void functionCall_whileFaultsAreArmed_isNoStatement() throws Exception {
    byte[] lock = call("pg_try_advisory_lock");
    faults.unavailableAtStatement(1);
    try (RawClient client = loggedIn()) {
      assertThat(answers(client, new Pipeline().message('F', lock).query("SELECT 1"), 2))
          .containsExactly(REFUSED, "Z I", UNAVAILABLE, "Z I");
    }
  }

  @Test
  void functionCallAndQuery_behindAnError_areSkippedUpToSync() throws Exception {
    try (RawClient client = loggedIn()) {
      for (Pipeline rest :
          new Pipeline[] {
            new Pipeline().message('F', call("pg_try_advisory_lock")),
            new Pipeline().flush().query("SELECT 'skipped'"),
            new Pipeline().flush().query("BEGIN; COMMIT; SELECT 'skipped'")
          }) {
        client.send(new Pipeline().run("SELEC").bytes());
        client.send(rest.bytes());
        assertThat(answers(client, new Pipeline().sync().query("SELECT 'next'"), 2))
            .containsExactly(
                "E 42601 syntax error at or near \"SELEC\"",
                "Z I",
                "T",
                "D next",
                "C SELECT 1",
                "Z I");
      }
    }
  }

  /** With one argument, 1, as text. */
  private static byte[] call(String function) throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      String oid = Jdbc.value(admin, "SELECT '" + function + "(bigint)'::regprocedure::oid");
      return ByteBuffer.allocate(15)
          .putInt(Integer.parseInt(oid))
          .putShort((short) 0)
          .putShort((short) 1)
          .putInt(1)
          .put((byte) '1')
          .array();
    }
  }
}
