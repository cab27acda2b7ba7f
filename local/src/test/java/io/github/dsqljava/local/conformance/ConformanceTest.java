package io.github.dsqljava.local.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.ChildProcess;
import io.github.dsqljava.local.CommitConflict;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.Eventually;
import io.github.dsqljava.local.cli.Main;
import io.github.dsqljava.local.conformance.script.ScriptFile;
import io.github.dsqljava.local.conformance.script.Step;
import io.github.dsqljava.local.limits.Limit;
import io.github.dsqljava.local.limits.Limits;
import io.github.dsqljava.local.postgres.PlainServer;
import io.github.dsqljava.local.tls.ClusterCertificates;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The conformance kit against clusters that are as it says, and against others. */
class ConformanceTest {
  /** What a run might leave behind; jobs that are over go by themselves. */
  private static final String LEFT =
      "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'dsql\\_conformance%'"
          + " UNION ALL SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
          + " AND relkind IN ('r', 'v', 'S')"
          + " UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE 'dsql\\_conformance%'";

  private static final String OPEN_JOBS =
      "SELECT object_name FROM sys.jobs WHERE status IN ('submitted', 'processing')";

  private static DsqlLocal cluster;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.builder().jobDelay(Duration.ofMillis(300)).start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @AfterEach
  void nothingIsLeftBehind() throws Exception {
    assertThat(left(cluster)).isEmpty();
    Eventually.holds("no job is open", () -> column(cluster, OPEN_JOBS).isEmpty());
  }

  private static List<String> left(DsqlLocal where) throws Exception {
    return column(where, LEFT);
  }

  private static List<String> column(DsqlLocal where, String sql) throws Exception {
    while (true) {
      try (Connection connection = where.dataSource().getConnection()) {
        return column(connection, sql);
      } catch (SQLException e) {
        if (!"40001".equals(e.getSQLState())) {
          throw e; // else the kit has changed the schema meanwhile
        }
      }
    }
  }

  private static List<String> column(Connection connection, String sql) throws Exception {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }

  /** The rows of a report that differ. */
  static List<String> differing(Kit.Outcome outcome) {
    return outcome
        .report()
        .lines()
        .filter(line -> line.startsWith("### "))
        .map(line -> line.substring(4))
        .toList();
  }

  @Test
  void itself_isAllTheSame() throws Exception {
    Kit.Outcome outcome = Kit.of(directory, cluster).run();
    assertThat(differing(outcome)).as(outcome.report()).isEmpty();
    assertThat(outcome.code()).as(outcome.output()).isEqualTo(Conformance.ALL_SAME);
    assertThat(outcome.output())
        .contains("Makes        one schema, dsql_conformance_", "Connections  about ", ", 0 not.");
    assertThat(outcome.report())
        .contains("| `limits.rows` | 3,000 rows, at the statement | same | same | ")
        .contains("| `connect.greeting` | wire | `greeting` | `in_hot_standby=off, ")
        .contains("| `connect.policies` | the kit neither reads nor changes IAM policies |");
    assertThat(outcome.json()).contains("\"different\": 0").contains("\"tag\": \"INSERT 0 1\"");
  }

  @Test
  void listsOfStatements_areAllTheSame() throws Exception {
    Kit kit = Kit.of(directory, cluster).only("statements.all");
    kit.files = ScriptFile.all();
    Kit.Outcome outcome = kit.run();
    assertThat(differing(outcome)).as(outcome.report()).isEmpty();
    assertThat(outcome.code()).isEqualTo(Conformance.ALL_SAME);
  }

  @Test
  void secondRole_isMadeAndDroppedIfAskedFor() throws Exception {
    Kit kit = Kit.of(directory, cluster).only("roles");
    assertThat(kit.run().report())
        .contains("| `roles.public-tables` | takes a second role; --role-for plays it |");
    kit.roleFor = Optional.of(cluster.principal().arn());
    Kit.Outcome outcome = kit.run();
    assertThat(differing(outcome)).as(outcome.report()).isEmpty();
    assertThat(outcome.report())
        .containsPattern("`roles.public` .* same \\| same \\| [1-9]")
        .containsPattern("`roles.public-tables` .* same \\| same \\| [1-9]");
    assertThat(column(cluster, "SELECT rolname FROM pg_roles WHERE rolname LIKE 'dsql_conf%'"))
        .isEmpty();
    assertThat(column(cluster, "SELECT relname FROM pg_class WHERE relname LIKE 'dsql_conf%'"))
        .isEmpty();
  }

  @Test
  void recording_isPlayedAsItIs_andFindsWhatIsOther() throws Exception {
    String[] rows = {"limits.rows", "occ.schema-reach", "connect", "transactions"};
    Kit.Outcome recorded = Kit.of(directory, cluster).only(rows).run();
    assertThat(recorded.record())
        .contains("# Region: us-east-1", "# server_version: 16.15", "| TAG: ROLLBACK")
        .contains("=== limits", "probe: greeting => in_hot_standby=off, ");
    Kit again = Kit.of(directory, cluster);
    again.files = Recording.parse(recorded.record());
    Kit.Outcome same = again.run();
    assertThat(differing(same)).isEmpty();
    assertThat(withoutHead(same.record())).isEqualTo(withoutHead(recorded.record()));
    again.files =
        Recording.parse(
            recorded.record().replace("transaction row limit exceeded", "too many rows"));
    assertThat(differing(again.run())).containsExactly("limits.rows");
  }

  private static List<String> withoutHead(String record) {
    return record.lines().filter(line -> !line.startsWith("#")).toList();
  }

  @Test
  void otherLimits_andAServerNameThatIsNotRequired_areFoundAndNamed() throws Exception {
    Limits limits =
        Limits.builder()
            .limit(Limit.TRANSACTION_ROWS, 2_999)
            .limit(Limit.VALUE_BYTES, 1_000_001)
            .limit(Limit.KEY_COLUMNS, 9)
            .limit(Limit.MESSAGE_BYTES, 20 << 20)
            .build();
    try (DsqlLocal other = DsqlLocal.builder().limits(limits).serverNameRequired(false).start()) {
      Kit.Outcome outcome =
          Kit.of(directory, other)
              .only(
                  "connect.sni",
                  "connect.message",
                  "limits.rows",
                  "limits.cascades",
                  "limits.values",
                  "quotas",
                  "types.keys")
              .run();
      assertThat(outcome.code()).isEqualTo(Conformance.DIFFERENCES);
      assertThat(differing(outcome))
          .containsExactly(
              "connect.sni",
              "connect.message",
              "limits.rows",
              "limits.cascades",
              "limits.values",
              "quotas.objects");
      assertThat(outcome.report())
          .contains(
              "| limits.rows | simple | `A: INSERT INTO lr SELECT i FROM generate_series(1, 3000) i`"
                  + " | `#3000` | `!54000 ERROR: transaction row limit exceeded` |");
      assertThat(left(other)).isEmpty();
    }
  }

  @Test
  void faults_areFoundAndNamed() throws Exception {
    try (DsqlLocal faulty = DsqlLocal.builder().start()) {
      Kit.Outcome outcome =
          Kit.of(directory, faulty)
              .only("types")
              .at("fidelity: ", () -> faulty.faults().conflictCommits(2, CommitConflict.DATA))
              .run();
      assertThat(outcome.code()).isEqualTo(Conformance.DIFFERENCES);
      assertThat(differing(outcome)).containsExactly("types.numeric");
      assertThat(outcome.report()).contains("` | `" + Step.CONFLICT + "` |");
      assertThat(left(faulty)).isEmpty();
    }
  }

  @Test
  void plainPostgresql_withAPassword_isPlayedToTheEnd_andDiffersInHundreds() throws Exception {
    ClusterCertificates certificates = ClusterCertificates.loadOrCreate(directory, "us-east-1");
    try (PlainServer server = PlainServer.startWithTls(certificates)) {
      Kit kit = new Kit(directory, "localhost:" + server.port(), certificates.authorityFile());
      kit.user = "postgres";
      kit.password = Optional.of(server.password());
      kit.answerLimit = Duration.ofMillis(400);
      try (Connection superuser = server.connect("postgres")) {
        List<String> before = everythingOf(superuser);
        Kit.Outcome outcome = kit.run();
        assertThat(outcome.code()).isEqualTo(Conformance.DIFFERENCES);
        assertThat(outcome.output()).doesNotContain("Incomplete", server.password());
        assertThat(outcome.report())
            .contains(
                "a password, no token", "`!no answer in time`", "needs tokens, not a password")
            .contains("| `#0 \\| TAG: TRUNCATE TABLE` |");
        assertThat(outcome.report().lines().filter(line -> line.startsWith("### ")))
            .hasSizeGreaterThan(40);
        assertThat(
                outcome
                    .report()
                    .lines()
                    .filter(line -> line.contains("| simple |") || line.contains("| extended |")))
            .hasSizeGreaterThan(300);
        assertThat(everythingOf(superuser)).isEqualTo(before);
      }
    }
  }

  /** Schemas with their rights, roles, relations, types, functions, large objects, settings. */
  private static List<String> everythingOf(Connection superuser) throws Exception {
    return column(
        superuser,
        "SELECT nspname || coalesce(nspacl::text, '') FROM pg_namespace"
            + " WHERE nspname NOT LIKE 'pg\\_t%' UNION ALL SELECT rolname FROM pg_roles"
            + " UNION ALL SELECT datname || coalesce(datacl::text, '') FROM pg_database"
            + " UNION ALL SELECT relname || relkind::text FROM pg_class c JOIN pg_namespace n"
            + " ON n.oid = relnamespace WHERE nspname NOT LIKE 'pg\\_%'"
            + " UNION ALL SELECT count(*)::text FROM pg_proc"
            + " UNION ALL SELECT count(*)::text FROM pg_largeobject_metadata"
            + " UNION ALL SELECT name || setting FROM pg_settings WHERE source IN"
            + " ('configuration file', 'database', 'user', 'global') ORDER BY 1");
  }

  @Test
  void clusterThatDies_isReportedUpToThere() throws Exception {
    DsqlLocal mortal = DsqlLocal.builder().start();
    Kit.Outcome outcome =
        Kit.of(directory, mortal)
            .only("types", "occ.first-committer", "occ.locks")
            .at("conflicts: ", mortal::close)
            .run();
    assertThat(outcome.code()).isEqualTo(Conformance.FAILED);
    assertThat(outcome.output())
        .contains(
            "Incomplete: no connection to localhost:", "Drop it by hand: DROP SCHEMA IF EXISTS");
    assertThat(outcome.report()).contains("| `types.allowed` | types of columns | same | same |");
  }

  @Test
  void noCredentials_isSaidBeforeAnythingIsDone() {
    Kit kit = Kit.of(directory, cluster);
    kit.environment = Map.of("AWS_REGION", "us-east-1");
    assertThatThrownBy(kit::run)
        .isInstanceOf(ConformanceException.class)
        .hasMessageContaining("no AWS credentials")
        .hasMessageContaining("aws configure export-credentials");
  }

  @Test
  void wrongCredentials_areSaid() {
    Kit kit = Kit.of(directory, cluster);
    kit.environment =
        Map.of(
            "AWS_REGION", "us-east-1", "AWS_ACCESS_KEY_ID", "AKIAX", "AWS_SECRET_ACCESS_KEY", "x");
    assertThatThrownBy(kit::run)
        .hasMessageContaining("08006 FATAL: unable to accept connection, access denied");
  }

  @Test
  void roleWithoutRights_isSaid() throws Exception {
    try (DsqlLocal other = DsqlLocal.builder().start()) {
      try (Connection admin = other.dataSource().getConnection();
          Statement statement = admin.createStatement()) {
        statement.execute("CREATE ROLE reader WITH LOGIN");
        statement.execute("AWS IAM GRANT reader TO '" + other.principal().arn() + "'");
      }
      Kit kit = Kit.of(directory, other);
      kit.user = "reader";
      assertThatThrownBy(kit::run)
          .isInstanceOf(ConformanceException.class)
          .hasMessageContaining("user reader cannot make a schema to work in, so nothing was asked")
          .hasMessageContaining("42501");
      assertThat(left(other)).isEmpty();
    }
  }

  @Test
  void endpointOfOthers_isAskedFor() {
    Kit kit = new Kit(directory, "192.0.2.1", cluster.caFile());
    kit.environment = cluster.environment();
    assertThatThrownBy(kit::run)
        .isInstanceOf(ConformanceException.class)
        .hasMessage("nothing was done: nobody has agreed; --yes does");
  }

  @Test
  void whoeverIsNotTrusted_getsNoToken() throws Exception {
    Path others = ClusterCertificates.loadOrCreate(directory, "us-east-1").authorityFile();
    Kit kit = new Kit(directory, "localhost:" + cluster.port(), others);
    kit.environment = cluster.environment();
    assertThatThrownBy(kit::run)
        .hasMessageContaining("is not trusted, so nothing was sent to it; --ca");
  }

  @Test
  void unknownRow_isSaid() {
    assertThatThrownBy(() -> Kit.of(directory, cluster).only("limit").run())
        .hasMessageContaining("--only: there is no row \"limit\"");
  }

  @Test
  void ageOfATransactionAndOfAJob_areAskedForIfSlow() throws Exception {
    Kit kit = Kit.of(directory, cluster).only("limits.age", "jobs.retention");
    assertThat(kit.run().report()).contains("| `limits.age` | takes minutes; --slow plays it |");
    kit.slow = true;
    kit.pause =
        length -> {
          cluster.advanceTime(length);
          if (length.equals(Duration.ofMinutes(10))) {
            awaitForgottenJobs();
          }
        };
    Kit.Outcome outcome = kit.run();
    assertThat(differing(outcome)).as(outcome.report()).isEmpty();
    assertThat(outcome.report())
        .contains("| `limits.age` | 300 seconds")
        .contains(" | same | same | ");
  }

  private static void awaitForgottenJobs() {
    String builds = "SELECT object_name FROM sys.jobs WHERE job_type = 'INDEX_BUILD'";
    try {
      Eventually.holds("jobs are forgotten", () -> column(cluster, builds).isEmpty());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** In the time of the cluster's own clock. */
  @Test
  void ageOfAConnection_isAskedForIfSlow() throws Exception {
    try (DsqlLocal other = DsqlLocal.start()) {
      Duration[] passed = {Duration.ZERO};
      Kit kit = Kit.of(directory, other).only("connect.age");
      kit.slow = true;
      kit.pause =
          length -> {
            other.advanceTime(length);
            passed[0] = passed[0].plus(length);
            if (passed[0].compareTo(Duration.ofMinutes(60)) >= 0) {
              passed[0] = Duration.ZERO;
              awaitNoConnection(other);
            }
          };
      Kit.Outcome outcome = kit.run();
      assertThat(differing(outcome)).as(outcome.report()).isEmpty();
      assertThat(outcome.report())
          .contains("| `connect.age` | wire | `connection-age` | `closed without a word` |");
    }
  }

  private static void awaitNoConnection(DsqlLocal where) {
    try {
      Eventually.holds("connections are closed", () -> where.openConnections() == 0);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void interrupt_dropsTheSchemaAndReportsUpToThere() throws Exception {
    Path report = directory.resolve("report.md");
    ProcessBuilder builder =
        new ProcessBuilder(
            ChildProcess.withDefaultSignals(
                ChildProcess.java(
                    Main.class,
                    List.of(),
                    "conformance",
                    "--endpoint",
                    "localhost:" + cluster.port(),
                    "--ca",
                    cluster.caFile().toString(),
                    "--only",
                    "types,occ",
                    "--report",
                    report.toString())));
    builder.environment().putAll(cluster.environment());
    try (ChildProcess kit = ChildProcess.start(builder)) {
      Eventually.holds(
          "it plays conflicts",
          () -> kit.lines().stream().anyMatch(line -> line.contains("conflicts: ")));
      assertThat(left(cluster)).hasSize(1);
      new ProcessBuilder("kill", "-INT", String.valueOf(kit.pid())).start().waitFor();
      kit.awaitExit();
      assertThat(kit.lines())
          .anyMatch(line -> line.contains("0 not. ") && line.contains("Incomplete: the run was"));
      assertThat(report).content().contains("| `types.allowed` | types of columns | same | same |");
    }
  }
}
