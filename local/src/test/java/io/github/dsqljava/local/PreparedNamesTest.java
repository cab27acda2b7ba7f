package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.frontend.RawClient;
import java.sql.Connection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a name of a prepared statement stands for when a Parse or a Close comes to nothing. */
class PreparedNamesTest extends FaultFixture {
  private static final String MIXED =
      "E 0A000 ddl and dml are not supported in the same transaction";
  private static final String TAKEN = "E 42P05 prepared statement \"s\" already exists";
  private static final String CREATE = "CREATE TABLE x (id int PRIMARY KEY)";

  @AfterEach
  void drop() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.executeAgain(admin, "DROP TABLE IF EXISTS x");
    }
  }

  private static Pipeline use(String statement) {
    return new Pipeline().bind("", statement).execute("").sync();
  }

  private static void assertJudgedAsDdl(RawClient client, String statement) throws Exception {
    answers(client, new Pipeline().parse("b", "BEGIN").sync(), 1);
    answers(client, use("b"), 1);
    answers(client, new Pipeline().parse("i", "INSERT INTO t VALUES (1)").sync(), 1);
    answers(client, use("i"), 1);
    assertThat(answers(client, use(statement), 1)).containsExactly(MIXED, "Z E");
  }

  @Test
  void parseOfANameThatIsTaken_changesNothing() throws Exception {
    try (RawClient client = loggedIn()) {
      answers(client, new Pipeline().parse("s", CREATE).sync(), 1);
      assertThat(answers(client, new Pipeline().parse("s", "SELECT 1").sync(), 1))
          .containsExactly(TAKEN, "Z I");
      assertJudgedAsDdl(client, "s");
    }
  }

  @Test
  void parseOfANameThatIsTaken_andItsUseInOnePipeline() throws Exception {
    try (RawClient client = loggedIn()) {
      answers(client, new Pipeline().parse("s", CREATE).sync(), 1);
      query(client, "BEGIN");
      query(client, "INSERT INTO t VALUES (1)");
      query(client, "COMMIT");
      Pipeline pipeline =
          new Pipeline()
              .parse("s", "SELECT 1")
              .sync()
              .query("BEGIN")
              .query("INSERT INTO t VALUES (2)")
              .bind("", "s")
              .execute("")
              .sync();
      assertThat(answers(client, pipeline, 4))
          .containsExactly(TAKEN, "Z I", "C BEGIN", "Z T", "C INSERT 0 1", "Z T", MIXED, "Z E");
    }
  }

  @Test
  void parseThatIsSkipped_changesNothing() throws Exception {
    for (String name : new String[] {"s", ""}) {
      try (RawClient client = loggedIn()) {
        answers(client, new Pipeline().parse(name, CREATE).sync(), 1);
        answers(client, new Pipeline().bind("", "nothing").parse(name, "SELECT 1").sync(), 1);
        assertJudgedAsDdl(client, name);
      }
    }
  }

  @Test
  void closeThatIsSkipped_changesNothing() throws Exception {
    try (RawClient client = loggedIn()) {
      answers(client, new Pipeline().parse("s", CREATE).sync(), 1);
      answers(client, new Pipeline().bind("", "nothing").closeStatement("s").sync(), 1);
      assertJudgedAsDdl(client, "s");
    }
  }

  @Test
  void refusedParseWithAName_leavesTheUnnamedOneAlone() throws Exception {
    try (RawClient client = loggedIn()) {
      answers(client, new Pipeline().parse("", CREATE).sync().parse("n", "TRUNCATE t").sync(), 2);
      assertJudgedAsDdl(client, "");
    }
  }

  @Test
  void closeAndParseAgain_isTheNewOne() throws Exception {
    try (RawClient client = loggedIn()) {
      answers(client, new Pipeline().parse("s", "SELECT 1").sync(), 1);
      Pipeline pipeline =
          new Pipeline().closeStatement("s").parse("s", CREATE).sync().query("SELECT 1");
      answers(client, pipeline, 2);
      assertJudgedAsDdl(client, "s");
    }
  }

  @Test
  void preparingAgainAfterOc001_takesTheOldOne() throws Exception {
    try (RawClient client = loggedIn();
        Connection admin = Jdbc.connect(cluster, "admin")) {
      answers(client, new Pipeline().parse("s", "SELECT 'old'").sync(), 1);
      answers(client, new Pipeline().parse("s", "SELECT 'new'").sync(), 1);
      Jdbc.execute(admin, CREATE);
      assertThat(query(client, "SELECT 1")).containsExactly(SCHEMA_CONFLICT, "Z I");
      query(client, "SELECT 1");
      assertThat(answers(client, use("s"), 1)).contains("D old");
    }
  }

  @Test
  void beginThatFails_stopsItsBatch_andNothingElse() throws Exception {
    Pipeline insert = new Pipeline().run("INSERT INTO t VALUES (1)").sync();
    for (Pipeline begin :
        new Pipeline[] {
          new Pipeline().parse("s", "BEGIN").bind("", "s").execute(""),
          new Pipeline().execute("dead"),
          new Pipeline().bind("", "gone").execute(""),
          new Pipeline().parse("", "BEGIN").bind("", "").execute("other"),
          new Pipeline()
              .parse("", "BEGIN")
              .message('B', new byte[] {0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0})
              .execute("")
        }) {
      try (RawClient client = loggedIn()) {
        answers(
            client,
            new Pipeline()
                .parse("gone", "BEGIN")
                .query("DEALLOCATE ALL")
                .parse("s", "BEGIN")
                .bind("dead", "s")
                .sync(),
            2);
        client.send(begin.bytes());
        assertThat(answers(client, insert, 1)).contains("Z I").doesNotContain("C INSERT 0 1");
        assertThat(query(client, "SELECT 1")).contains("D 1");
      }
    }
    assertThat(rows()).isEmpty();
  }
}
