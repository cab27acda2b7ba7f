package io.github.dsqljava.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.frontend.RawClient;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Plans message by message: their description, and how many rows a portal gives. */
class ExplainOnTheWireTest extends FaultFixture {
  private static final String PLAN = "EXPLAIN (COSTS off) SELECT * FROM t WHERE id = $1";

  private static final List<String> LINES =
      List.of(
          "D Index Only Scan using t_pkey on t",
          "D   Index Cond: (id = 7)",
          "D   -> Storage Scan on t_pkey",
          "D       Projections: id",
          "D       -> B-Tree Scan on t_pkey",
          "D           Index Cond: (id = 7)");

  private static final byte[] SEVEN = "7".getBytes(UTF_8);

  private static List<String> concat(List<?>... parts) {
    List<String> all = new ArrayList<>();
    for (List<?> part : parts) {
      part.forEach(text -> all.add(text.toString()));
    }
    return all;
  }

  /** Bitmaps and full scans are as cheap for so small a table. */
  private static void useIndex(RawClient client) throws Exception {
    query(client, "SET enable_seqscan = off");
    query(client, "SET enable_bitmapscan = off");
  }

  @Test
  void description_isThatOfTheFormat_forStatementAndPortal() throws Exception {
    try (RawClient client = loggedIn()) {
      assertThat(descriptions(client, "EXPLAIN SELECT 1")).containsExactly("25/0", "25/1");
      assertThat(descriptions(client, "EXPLAIN (FORMAT json) SELECT 1"))
          .containsExactly("114/0", "114/1");
      assertThat(descriptions(client, "EXPLAIN (FORMAT xml) SELECT 1"))
          .containsExactly("142/0", "142/1");
      assertThat(descriptions(client, "EXPLAIN (FORMAT yaml) SELECT 1"))
          .containsExactly("25/0", "25/1");
      client.send(new Pipeline().query("EXPLAIN SELECT 1; SELECT '{}'::json").bytes());
      assertThat(described(client.readUntilReady())).containsExactly("25/0", "114/0");
    }
  }

  private static List<String> descriptions(RawClient client, String sql) throws Exception {
    client.send(
        new Pipeline()
            .parse("s", sql)
            .describeStatement("s")
            .bind("p", "s", 1)
            .describePortal("p")
            .closeStatement("s")
            .sync()
            .bytes());
    return described(client.readUntilReady());
  }

  /** Type and format of the only column. */
  private static List<String> described(List<WireMessage> messages) {
    List<String> found = new ArrayList<>();
    for (WireMessage message : messages) {
      if (message.type() == 'T') {
        ByteBuffer body = ByteBuffer.wrap(message.body());
        int behindName = body.capacity() - 18;
        found.add(body.getInt(behindName + 6) + "/" + body.getShort(behindName + 16));
      }
    }
    return found;
  }

  @Test
  void portal_givesAsManyLinesAtOnceAsItIsAskedFor() throws Exception {
    try (RawClient client = loggedIn()) {
      useIndex(client);
      query(client, "BEGIN");
      Pipeline begun =
          new Pipeline().parse("s", PLAN).bind("p", "s", 0, SEVEN).execute("p", 2).sync();
      assertThat(answers(client, begun, 1))
          .isEqualTo(concat(List.of("1", "2"), LINES.subList(0, 2), List.of("s", "Z T")));
      Pipeline further =
          new Pipeline().execute("p", 1).execute("p", 3).execute("p", 5).execute("p").sync();
      assertThat(answers(client, further, 1))
          .isEqualTo(
              concat(
                  LINES.subList(2, 3),
                  List.of("s"),
                  LINES.subList(3, 6),
                  List.of("s", "C EXPLAIN", "C EXPLAIN", "Z T")));
      Pipeline again =
          new Pipeline().bind("q", "s", 0, SEVEN).execute("q", 6).execute("q", 1).sync();
      assertThat(answers(client, again, 1))
          .as("a new portal begins anew; a full portion is suspended even if nothing is left")
          .isEqualTo(concat(List.of("2"), LINES, List.of("s", "C EXPLAIN", "Z T")));
      Pipeline whole =
          new Pipeline()
              .bind("", "s", 0, SEVEN)
              .execute("", 100)
              .bind("", "s", 0, SEVEN)
              .execute("")
              .sync();
      assertThat(answers(client, whole, 1))
          .isEqualTo(
              concat(
                  List.of("2"),
                  LINES,
                  List.of("C EXPLAIN", "2"),
                  LINES,
                  List.of("C EXPLAIN", "Z T")));
      query(client, "ROLLBACK");
    }
  }

  @Test
  void portalThatIsAbandoned_leavesNothingToTheNext() throws Exception {
    try (RawClient client = loggedIn()) {
      useIndex(client);
      Pipeline pipeline =
          new Pipeline()
              .parse("s", PLAN)
              .bind("", "s", 0, SEVEN)
              .execute("", 1)
              .sync()
              .run("SELECT 1")
              .run("EXPLAIN (FORMAT yaml, COSTS off) SELECT 2")
              .sync()
              .query("EXPLAIN (COSTS off) SELECT 3");
      assertThat(answers(client, pipeline, 3))
          .isEqualTo(
              concat(
                  List.of("1", "2"),
                  LINES.subList(0, 1),
                  List.of("s", "Z I", "1", "2", "D 1", "C SELECT 1", "1", "2"),
                  List.of(
                      "D - Plan: \n    Node Type: \"Result\"\n    Parallel Aware: false\n    Async Capable: false"),
                  List.of("C EXPLAIN", "Z I", "T", "D Result", "C EXPLAIN", "Z I")));
    }
  }

  @Test
  void analyzeOfAChange_thatMeetsAFault_isAnError() throws Exception {
    try (RawClient client = loggedIn()) {
      assertThat(
              query(
                  client,
                  "EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) INSERT INTO t VALUES (1)"))
          .containsExactly(
              "T",
              "D Insert on t (actual rows=0 loops=1)",
              "D   ->  Result (actual rows=1 loops=1)",
              "C EXPLAIN",
              "Z I");
      faults.unavailableAtStatement(1);
      assertThat(query(client, "EXPLAIN ANALYZE INSERT INTO t VALUES (2)"))
          .containsExactly(UNAVAILABLE, "Z I");
    }
    assertThat(rows()).containsExactly("1");
  }

  @Test
  void failedTransaction_isStillFailed() throws Exception {
    try (RawClient client = loggedIn()) {
      query(client, "BEGIN");
      query(client, "SELECT 1 / 0");
      assertThat(query(client, "EXPLAIN SELECT 1").get(0)).startsWith("E 25P02");
      assertThat(answers(client, new Pipeline().run("EXPLAIN SELECT 1").sync(), 1).get(0))
          .startsWith("E 25P02");
      assertThat(query(client, "ROLLBACK")).containsExactly("C ROLLBACK", "Z I");
    }
  }
}
