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
    assertThat(psql("admin", "verify-full", "CREATE TABLE seen (id int PRIMARY KEY)", "\\di"))
        .contains("seen_pkey");
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
