package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The psql of the machine, if it has one. */
class PsqlTest {
  private static DsqlLocal cluster;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(isInstalled(), "psql is not installed (Debian package postgresql-client)");
    cluster = DsqlLocal.start();
    Jdbc.createMappedRole(cluster, "app");
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void verifyFull_admin_connects() throws Exception {
    assertThat(psql("admin", "verify-full", "SELECT current_user || ' on ' || version()"))
        .isEqualTo("admin on PostgreSQL 16");
  }

  @Test
  void verifyFull_mappedRole_connects() throws Exception {
    assertThat(psql("app", "verify-full", "SELECT current_user")).isEqualTo("app");
  }

  @Test
  void iamGrant_works() throws Exception {
    assertThat(
            psql(
                "admin",
                "verify-full",
                "AWS IAM GRANT app TO 'arn:aws:iam::123456789012:role/psql'",
                "SELECT count(*) FROM sys.iam_pg_role_mappings WHERE pg_role_name = 'app'"))
        .endsWith("2");
  }

  @Test
  void plaintext_isRefused() throws Exception {
    assertThat(psql("admin", "disable", "SELECT 1")).contains("SSL is mandatory");
  }

  @Test
  void wrongToken_showsTheHint() throws Exception {
    assertThat(run(cluster.token("app"), "admin", "verify-full", "SELECT 1"))
        .contains("FATAL:  unable to accept connection, access denied")
        .contains("HINT:  Wrong user to action mapping. user: admin, action: DbConnect");
  }

  @Test
  void describeCommands_work() throws Exception {
    String create = "CREATE TABLE seen (id int PRIMARY KEY, name text)";
    assertThat(psql("admin", "verify-full", create, "\\di")).contains("seen_pkey");
    assertThat(psql("admin", "verify-full", "\\pset tuples_only off", "\\d seen"))
        .contains("\"seen_pkey\" PRIMARY KEY, btree_index (id) INCLUDE (name)");
    assertThat(psql("admin", "verify-full", "\\pset tuples_only off", "\\d seen_pkey"))
        .contains("primary key, btree_index");
    assertThat(psql("admin", "verify-full", "\\dn", "\\dy", "\\df", "\\dft", "\\dF", "\\dA"))
        .contains("btree_index", "simple")
        .doesNotContain("dsql_internal", "english", "ERROR", "dsql_catalog");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\\d",
        "\\d+",
        "\\d *",
        "\\dA+",
        "\\dAc",
        "\\dAf",
        "\\dAo",
        "\\dAp",
        "\\da",
        "\\db",
        "\\dC",
        "\\dc",
        "\\dconfig",
        "\\dD",
        "\\dd",
        "\\ddp",
        "\\dE",
        "\\des",
        "\\det",
        "\\deu",
        "\\dew",
        "\\df+",
        "\\df sys.*",
        "\\dF+",
        "\\dFd",
        "\\dFp",
        "\\dFt",
        "\\dg",
        "\\di+",
        "\\dL",
        "\\dl",
        "\\dm",
        "\\dn+",
        "\\do",
        "\\dO",
        "\\dp",
        "\\dP",
        "\\drds",
        "\\dRp",
        "\\dRs",
        "\\ds",
        "\\dt+",
        "\\dt *.*",
        "\\dT",
        "\\du+",
        "\\dv+",
        "\\dv pg_catalog.*",
        "\\dx",
        "\\dX",
        "\\l",
        "\\z",
        "\\sf half",
        "\\sv cheap"
      })
  void describeCommand_works(String command) throws Exception {
    String view = "CREATE OR REPLACE VIEW cheap AS SELECT 1";
    String function =
        "CREATE OR REPLACE FUNCTION half(int) RETURNS int LANGUAGE sql AS 'SELECT $1 / 2'";
    assertThat(psql("admin", "verify-full", view, function, command))
        .doesNotContain("ERROR", "invalid");
  }

  private static String psql(String user, String sslMode, String... commands) throws Exception {
    return run(cluster.token(user), user, sslMode, commands);
  }

  private static String run(String password, String user, String sslMode, String... commands)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("psql", "-X", "-A", "-t", "-q"));
    for (String command : commands) {
      line.addAll(List.of("-c", command));
    }
    line.add(
        "host=%s port=%d user=%s dbname=postgres sslmode=%s sslrootcert=%s"
            .formatted(cluster.host(), cluster.port(), user, sslMode, cluster.caFile()));
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().putAll(Map.of("PGPASSWORD", password, "PGCONNECT_TIMEOUT", "20"));
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return output.strip();
  }

  private static boolean isInstalled() throws InterruptedException {
    try {
      return new ProcessBuilder("psql", "--version")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
