package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.limits.Limit;
import io.github.dsqljava.local.limits.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SpareServersTest {
  /** Of no other test, so that spares of this kind are ours. */
  private static final Limits TEN_ROWS = Limits.builder().limit(Limit.TRANSACTION_ROWS, 10).build();

  @Test
  void thirdClusterOfAKind_getsTheServerThatIsThereAlready_withItsLimits() throws Exception {
    Set<String> before = ClustersInChild.servers();
    Set<String> ours;
    try (DsqlLocal first = start();
        DsqlLocal second = start()) {
      assertThat(first.port()).isNotEqualTo(second.port());
      Eventually.holds("a spare", () -> since(before).size() == 3);
      ours = since(before);
      try (DsqlLocal third = start();
          Connection connection = third.dataSource().getConnection()) {
        Jdbc.execute(
            connection,
            "CREATE TABLE t (id int PRIMARY KEY)",
            "INSERT INTO t SELECT generate_series(1, 10)");
        assertThatThrownBy(
                () -> Jdbc.execute(connection, "INSERT INTO t SELECT generate_series(11, 21)"))
            .isInstanceOf(SQLException.class)
            .hasMessageContaining("transaction row limit exceeded");
      }
    }
    // Had the third had another server, the spare would still be there.
    assertThat(ClustersInChild.servers()).doesNotContainAnyElementsOf(ours);
  }

  @Test
  void spare_endsWithTheJvm_alsoWithOneThatIsKilled() throws Exception {
    for (boolean kill : new boolean[] {false, true}) {
      List<String> command = ChildProcess.java(ClustersInChild.class, List.of(), "2");
      try (ChildProcess child = ChildProcess.start(new ProcessBuilder(command))) {
        Eventually.holds("servers", () -> child.lines().contains("ready"));
        List<Path> servers =
            child.lines().stream()
                .filter(line -> line.startsWith("server "))
                .map(line -> Path.of(line.substring("server ".length())))
                .toList();
        assertThat(servers).hasSize(3).allMatch(Files::exists);
        if (kill) {
          child.process().destroyForcibly();
        } else {
          child.process().getOutputStream().close();
        }
        child.awaitExit();
        for (Path server : servers) {
          Eventually.holds(server + " is gone", () -> Files.notExists(server));
        }
      }
    }
  }

  private static DsqlLocal start() {
    return DsqlLocal.builder().limits(TEN_ROWS).start();
  }

  private static Set<String> since(Set<String> before) {
    Set<String> servers = ClustersInChild.servers();
    servers.removeAll(before);
    return servers;
  }
}
