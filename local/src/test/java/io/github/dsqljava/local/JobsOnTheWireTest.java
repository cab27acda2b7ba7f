package io.github.dsqljava.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.frontend.RawClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The messages that answer statements which ask for jobs. */
class JobsOnTheWireTest {
  private static final String CREATE = "CREATE INDEX ASYNC i ON t (a)";
  private static final String VALIDATE = "ALTER TABLE ASYNC t VALIDATE CONSTRAINT c";

  private static DsqlLocal cluster;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void makeTable() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          admin,
          "DROP TABLE IF EXISTS t",
          "CREATE TABLE t (a int)",
          "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID");
    }
  }

  @Test
  void query_isAnsweredWithARow() throws Exception {
    try (RawClient client = loggedIn()) {
      assertThat(query(client, CREATE))
          .containsExactly("T job_id text", "D job", "C CREATE INDEX", "Z I");
      assertThat(query(client, VALIDATE))
          .containsExactly("T job_id text", "D job", "C ALTER TABLE", "Z I");
      assertThat(query(client, CREATE.replace("ASYNC", "ASYNC IF NOT EXISTS")))
          .containsExactly("N", "T job_id text", "C CREATE INDEX", "Z I");
      assertThat(query(client, CREATE)).containsExactly("E 42P07", "Z I");
    }
  }

  @Test
  void rowInAString_belongsToItsStatement() throws Exception {
    try (RawClient client = loggedIn()) {
      assertThat(query(client, "BEGIN; " + CREATE + "; COMMIT"))
          .containsExactly(
              "C BEGIN", "T job_id text", "D job", "C CREATE INDEX", "C COMMIT", "Z I");
      assertThat(query(client, "SELECT 1 AS x; " + VALIDATE + "; SELECT 2 AS y"))
          .containsExactly(
              "T x",
              "D 1",
              "C SELECT 1",
              "T job_id text",
              "D job",
              "C ALTER TABLE",
              "T y",
              "D 2",
              "C SELECT 1",
              "Z I");
      assertThat(query(client, "CREATE INDEX ASYNC j ON t (a); DROP INDEX i"))
          .containsExactly("T job_id text", "D job", "C CREATE INDEX", "E 0A000", "Z I");
      assertThat(query(client, "SELECT count(*) AS n FROM sys.jobs WHERE object_name = 'public.j'"))
          .contains("D 0");
    }
  }

  @Test
  void extendedProtocol_describesTheRow() throws Exception {
    try (RawClient client = loggedIn()) {
      Pipeline unnamed =
          new Pipeline().parse("", CREATE).bind("", "").describePortal("").execute("").sync();
      assertThat(answers(client, unnamed, 1))
          .containsExactly("1", "2", "T job_id text", "D job", "C CREATE INDEX", "Z I");

      Pipeline prepare = new Pipeline().parse("v", VALIDATE);
      prepare.message('D', new byte[] {'S', 'v', 0}).sync();
      assertThat(answers(client, prepare, 1)).containsExactly("1", "t", "T job_id text", "Z I");
      Pipeline run = new Pipeline().bind("", "v").execute("").sync();
      assertThat(answers(client, run, 1)).containsExactly("2", "D job", "C ALTER TABLE", "Z I");
      assertThat(answers(client, run, 1)).containsExactly("2", "D job", "C ALTER TABLE", "Z I");

      Pipeline mixed =
          new Pipeline()
              .parse("n", "SET timezone = 'UTC'")
              .message('D', new byte[] {'S', 'n', 0})
              .parse("s", "SELECT 1 AS x")
              .message('D', new byte[] {'S', 's', 0})
              .message('D', new byte[] {'S', 'v', 0})
              .message('D', new byte[] {'S', 'n', 0})
              .sync();
      assertThat(answers(client, mixed, 1))
          .containsExactly("1", "t", "n", "1", "t", "T x", "t", "T job_id text", "t", "n", "Z I");
    }
  }

  @Test
  void flush_cutsWithoutHarm() throws Exception {
    try (RawClient client = loggedIn()) {
      Pipeline flushed =
          new Pipeline()
              .parse("", CREATE)
              .flush()
              .bind("", "")
              .describePortal("")
              .execute("")
              .flush()
              .sync();
      assertThat(answers(client, flushed, 1))
          .containsExactly("1", "2", "T job_id text", "D job", "C CREATE INDEX", "Z I");
      Pipeline waiting =
          new Pipeline()
              .parse("", "CALL sys.wait_for_job('abcdefghijklmnopqrstuvwxy2')")
              .bind("", "")
              .execute("")
              .flush()
              .sync();
      assertThat(answers(client, waiting, 1)).containsExactly("1", "2", "D f", "C CALL", "Z I");
    }
  }

  @Test
  void transactionOfPipelinedMessages_getsItsRow() throws Exception {
    try (RawClient client = loggedIn()) {
      Pipeline transaction = new Pipeline().run("BEGIN").sync().run(CREATE).sync();
      transaction.run("COMMIT").sync();
      assertThat(answers(client, transaction, 3))
          .containsExactly(
              "1",
              "2",
              "C BEGIN",
              "Z T",
              "1",
              "2",
              "D job",
              "C CREATE INDEX",
              "Z T",
              "1",
              "2",
              "C COMMIT",
              "Z I");
    }
  }

  private static RawClient loggedIn() throws IOException {
    RawClient client =
        RawClient.direct(cluster.port(), cluster.caCertificate(), "localhost", "postgresql");
    client.login("admin", cluster.token("admin"));
    return client;
  }

  private static List<String> query(RawClient client, String sql) throws IOException {
    return answers(client, new Pipeline().query(sql), 1);
  }

  private static List<String> answers(RawClient client, Pipeline sent, int count)
      throws IOException {
    client.send(sent.bytes());
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      client.readUntilReady().forEach(message -> answers.add(text(message)));
    }
    return answers;
  }

  private static String text(WireMessage message) {
    ByteBuffer body = ByteBuffer.wrap(message.body());
    return switch (message.type()) {
      case 'E' -> "E " + message.field('C');
      case 'C' -> "C " + new String(message.body(), 0, message.body().length - 1, UTF_8);
      case 'Z' -> "Z " + (char) message.body()[0];
      case 'D' -> "D " + value(body);
      case 'T' -> "T " + column(body);
      default -> String.valueOf(message.type());
    };
  }

  private static String value(ByteBuffer body) {
    assertThat(body.getShort()).isEqualTo((short) 1);
    byte[] value = new byte[body.getInt()];
    body.get(value);
    assertThat(body.hasRemaining()).isFalse();
    String text = new String(value, UTF_8);
    return text.matches("[a-z2-7]{26}") ? "job" : text;
  }

  private static String column(ByteBuffer body) {
    assertThat(body.getShort()).isEqualTo((short) 1);
    StringBuilder name = new StringBuilder();
    for (byte next = body.get(); next != 0; next = body.get()) {
      name.append((char) next);
    }
    body.getInt();
    body.getShort();
    int type = body.getInt();
    body.position(body.position() + 8);
    assertThat(body.hasRemaining()).isFalse();
    return name + (type == 25 ? " text" : "");
  }
}
