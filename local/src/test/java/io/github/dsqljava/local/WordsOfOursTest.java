package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.frontend.RawClient;
import io.github.dsqljava.local.frontend.WireSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client that writes what dsql-local says to its PostgreSQL is answered as if it had written
 * anything else: by PostgreSQL, or in the service's words.
 */
class WordsOfOursTest {
  private static final String ASYNC = "/*\u0001*/";
  private static final String UNIQUE = "/*\u0001\u0001*/";

  private static DsqlLocal cluster;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.builder().jobDelay(Duration.ZERO).start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void fill() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "DROP TABLE IF EXISTS t", "CREATE TABLE t (id int PRIMARY KEY, v int)");
      Jdbc.awaitJobs(admin);
    }
  }

  // ---- the marks of statements that ask for jobs

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void markOfAsync_inAComment_asksForNoJob(String protocol) throws Exception {
    try (WireSession client = new WireSession(cluster, protocol)) {
      for (String sql :
          List.of(
              "CREATE INDEX " + ASYNC + " i ON t (v)",
              "CREATE INDEX i ON t (v) " + ASYNC,
              "CREATE " + UNIQUE + " INDEX i ON t (v)",
              ASYNC + " CREATE INDEX i ON t (v)",
              "CREATE INDEX i ON t (v) --" + ASYNC)) {
        assertThat(client.run(sql))
            .isEqualTo("!0A000 unsupported mode. please use CREATE INDEX ASYNC.");
      }
      client.run("SET disable_sync_create_index = off");
      long before = jobs(client);
      assertThat(client.run("CREATE " + UNIQUE + " INDEX " + ASYNC + " i ON t (v)"))
          .isEqualTo("CREATE INDEX");
      assertThat(client.rows("SELECT indisvalid, indisunique FROM pg_index" + I))
          .containsExactly("t,f");
      assertThat(jobs(client)).isEqualTo(before);
    }
  }

  private static final String I = " WHERE indexrelid = 'i'::regclass";

  private static long jobs(WireSession client) throws IOException {
    return Long.parseLong(client.rows("SELECT count(*) FROM sys.jobs").get(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void markOfAsync_inALiteral_isRefusedRatherThanTaken(String protocol) throws Exception {
    try (WireSession client = new WireSession(cluster, protocol)) {
      for (String sql :
          List.of(
              "CREATE INDEX i ON t (v) WHERE v::text <> '" + ASYNC + "'",
              "CREATE INDEX i ON t (v) WHERE v::text <> $$" + ASYNC + "$$",
              "CREATE INDEX \"" + ASYNC + "\" ON t (v)")) {
        assertThat(client.run(sql)).startsWith("!0A000 ");
      }
      client.run("SET disable_sync_create_index = off");
      assertThat(client.run("CREATE INDEX i ON t (v) WHERE v::text <> '" + ASYNC + "'"))
          .startsWith("!0A000 ");
      // Of a job that was asked for it would make another one.
      assertThat(client.run("CREATE INDEX ASYNC i ON t (v) WHERE v::text <> '" + UNIQUE + "'"))
          .startsWith("!0A000 ");
      assertThat(client.run("CREATE INDEX ASYNC i ON t (v) /*" + UNIQUE + "*/"))
          .isEqualTo("CREATE INDEX");
    }
    try (RawClient client = loggedIn()) {
      List<WireMessage> answers = client.query("SELECT '" + ASYNC + "'; CREATE INDEX j ON t (v)");
      assertThat(answers.toString()).contains("0A000").doesNotContain("DSJOB");
    }
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.awaitJobs(admin);
      assertThat(Jdbc.value(admin, "SELECT indisunique FROM pg_index" + I)).isEqualTo("f");
      assertThat(Jdbc.value(admin, "SELECT '" + ASYNC + "'")).isEqualTo(ASYNC);
    }
  }

  @Test
  void anyNameOfAConstraint_isTheClients() throws Exception {
    try (WireSession client = new WireSession(cluster, "simple")) {
      String check = "ALTER TABLE t ADD CONSTRAINT \"dsql$validate\" CHECK ";
      client.run(check + "('w' <> '" + ASYNC + "') NOT VALID");
      client.run(check + "(v > 0) NOT VALID");
      client.run("ALTER TABLE t ADD CONSTRAINT t_check CHECK ('k' <> '') NOT VALID");
      assertThat(client.run("ALTER TABLE ASYNC t VALIDATE CONSTRAINT nope"))
          .isEqualTo("!42704 constraint \"nope\" of relation \"t\" does not exist");
      for (String name : List.of("\"dsql$validate\"", "t_check")) {
        assertThat(client.run("ALTER TABLE ASYNC t VALIDATE CONSTRAINT " + name))
            .as(name)
            .isEqualTo("ALTER TABLE");
      }
    }
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.awaitJobs(admin);
      assertThat(
              Jdbc.column(
                  admin,
                  "SELECT conname || ' ' || convalidated FROM pg_constraint"
                      + " WHERE conrelid = 't'::regclass AND contype = 'c' ORDER BY 1"))
          .containsExactly("dsql$validate true", "t_check true");
    }
  }

  // ---- names of prepared statements

  @Test
  void executeOfAnyName_isRefusedInTheWordsOfTheService() throws Exception {
    try (WireSession client = new WireSession(cluster, "simple")) {
      for (String name :
          List.of("\"dsql-local fault\"", "\"dsql$missing\"", "\"dsql$0$missing\"", "s")) {
        assertThat(client.run("EXECUTE " + name))
            .isEqualTo("!0A000 unsupported statement: Execute");
        assertThat(client.run("DEALLOCATE " + name))
            .isEqualTo("!0A000 unsupported statement: Deallocate");
      }
    }
  }

  @Test
  void namesLikeOurs_areAnsweredByPostgresql() throws Exception {
    try (RawClient client = loggedIn()) {
      for (String name : List.of("dsql-local fault", "dsql$missing", "dsql$0$own")) {
        assertThat(errors(client, new Pipeline().bind("", name).execute("").sync()))
            .containsExactly("26000 prepared statement \"" + name + "\" does not exist");
        assertThat(errors(client, new Pipeline().describePortal(name).sync()))
            .containsExactly("34000 portal \"" + name + "\" does not exist");
        assertThat(errors(client, new Pipeline().closeStatement(name).sync())).isEmpty();
        assertThat(
                errors(
                    client,
                    new Pipeline()
                        .parse(name, "SELECT 1")
                        .bind(name, name)
                        .execute(name)
                        .closeStatement(name)
                        .sync()))
            .isEmpty();
        assertThat(errors(client, new Pipeline().query("SELECT \"" + name + "\"")))
            .containsExactly("42703 column \"" + name + "\" does not exist");
      }
    }
  }

  /** The client sees the text in which PostgreSQL is made to fail, and may use what it sees. */
  @Test
  void nameThatAClientHasSeen_isOfNoUseToIt() throws Exception {
    try (RawClient client = loggedIn()) {
      List<String> seen = namesSeenBy(client);
      assertThat(seen).as("what this test is about").isNotEmpty();
      for (String name : seen) {
        String missing = "26000 prepared statement \"" + name + "\" does not exist";
        Pipeline refusedBehind = new Pipeline().parse("", "SELECT 1").bind("", name);
        assertThat(errors(client, refusedBehind.parse("", "LOCK TABLE t").sync()))
            .containsExactly(missing);
        // A prepared one that only its transaction forbids fails at its Bind.
        Pipeline mixed =
            new Pipeline()
                .run("INSERT INTO t VALUES (1, 1)")
                .bind("", name)
                .run("CREATE TABLE u (id int)")
                .sync();
        assertThat(errors(client, mixed)).containsExactly(missing);
      }
    }
  }

  /** A COMMIT that never came is not taken for one whose answer is lost. */
  @Test
  void nameThatAClientHasSeen_strikesNoFault() throws Exception {
    try (RawClient client = loggedIn()) {
      List<String> seen = namesSeenBy(client);
      assertThat(seen).isNotEmpty();
      for (String name : seen) {
        errors(client, new Pipeline().query("BEGIN"));
        cluster.faults().conflictCommits(1, CommitConflict.DATA);
        Pipeline batch = new Pipeline().parse("c", "COMMIT").bind("", name).bind("", "c");
        assertThat(errors(client, batch.execute("").sync()))
            .containsExactly("26000 prepared statement \"" + name + "\" does not exist");
        assertThat(cluster.faults().remaining().commitConflicts()).isOne();
        cluster.faults().clear();
        errors(client, new Pipeline().query("ROLLBACK"));
      }
    }
  }

  private static final Pattern NAME = Pattern.compile("dsql\\$[0-9a-f]+\\$\\w+");

  /** Names of ours that it can find, in its own session and from another one. */
  private static List<String> namesSeenBy(RawClient client) throws Exception {
    List<String> names = new ArrayList<>();
    find(client.query("SELECT current_query(); LOCK TABLE t"), names);
    find(client.query("SELECT name, statement FROM pg_prepared_statements"), names);
    try (Connection other = Jdbc.connect(cluster, "admin")) {
      names.addAll(
          Jdbc.column(other, "SELECT query FROM pg_stat_activity").stream()
              .flatMap(text -> NAME.matcher(text).results().map(r -> r.group()))
              .toList());
    }
    return names.stream().distinct().toList();
  }

  private static void find(List<WireMessage> messages, List<String> names) {
    for (WireMessage message : messages) {
      Matcher name = NAME.matcher(new String(message.body(), StandardCharsets.UTF_8));
      while (name.find()) {
        names.add(name.group());
      }
    }
  }

  private static List<String> errors(RawClient client, Pipeline pipeline) throws IOException {
    client.send(pipeline.bytes());
    return client.readUntilReady().stream()
        .filter(message -> message.type() == 'E')
        .map(message -> message.field('C') + " " + message.field('M'))
        .toList();
  }

  private static RawClient loggedIn() throws IOException {
    RawClient client =
        RawClient.direct(cluster.port(), cluster.caCertificate(), "localhost", "postgresql");
    client.login("admin", cluster.token("admin"));
    return client;
  }
}
