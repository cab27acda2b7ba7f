package io.github.dsqljava.benchmarks.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.dsqljava.local.DsqlLocal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class PlainPostgresTest {
  private static final List<String> SETTINGS =
      List.of(
          "server_version",
          "fsync",
          "synchronous_commit",
          "full_page_writes",
          "jit",
          "max_connections",
          "default_transaction_isolation",
          "wal_level",
          "shared_buffers",
          "temp_file_limit");

  private static List<String> settings(Connection session) throws SQLException {
    List<String> values = new ArrayList<>();
    for (String name : SETTINGS) {
      values.add(name + " = " + Sessions.value(session, "SHOW " + name));
    }
    return values;
  }

  @Test
  void like_aCluster_hasItsSettingsAndTls() throws Exception {
    PlainPostgres stopped;
    try (DsqlLocal cluster = DsqlLocal.start();
        Connection through = Sessions.of(cluster).open();
        PlainPostgres plain = PlainPostgres.like(cluster);
        Connection direct = plain.open()) {
      assertThat(settings(direct)).isEqualTo(settings(through)).contains("fsync = off");
      assertThat(
              Sessions.value(
                  direct, "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
          .isEqualTo("TLSv1.3");
      // Nothing of dsql-local is in it.
      Sessions.execute(direct, "CREATE TABLE t (a int) WITH (fillfactor = 50)", "TRUNCATE t");
      stopped = plain;
    }
    assertThatThrownBy(stopped::open).hasMessageContaining("refused");
  }

  @Test
  void pgBouncer_leadsToTheSameServer_overTls() throws Exception {
    Optional<Path> program = PgBouncer.program();
    assumeThat(program).as("PgBouncer is installed").isPresent();
    PgBouncer stopped;
    try (DsqlLocal cluster = DsqlLocal.start();
        PlainPostgres plain = PlainPostgres.like(cluster);
        PgBouncer bouncer = PgBouncer.before(plain, program.get());
        Connection through = bouncer.open();
        Connection direct = plain.open()) {
      Sessions.execute(through, "CREATE TABLE t (a int)");
      assertThat(Sessions.value(direct, "SELECT count(*) FROM t")).isEqualTo("0");
      assertThat(Sessions.value(through, "SELECT inet_server_addr() IS NULL"))
          .as("by the Unix socket")
          .isEqualTo("t");
      stopped = bouncer;
    }
    assertThatThrownBy(stopped::open).hasMessageContaining("refused");
  }
}
