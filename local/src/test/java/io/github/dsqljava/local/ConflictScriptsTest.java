package io.github.dsqljava.local;

import io.github.dsqljava.local.conformance.script.ConflictMatrix;
import io.github.dsqljava.local.conformance.script.ScriptFile;
import io.github.dsqljava.local.conformance.script.Section;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * The scripts of conflicts and limits, and everything that two transactions can do to one row, with
 * pgjdbc. The conformance kit plays the same scripts with a client of its own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConflictScriptsTest {
  private DsqlLocal cluster;

  @BeforeAll
  void start() {
    cluster = DsqlLocal.start();
  }

  @AfterAll
  void stop() {
    cluster.close();
  }

  @TestFactory
  Stream<DynamicContainer> conflicts() throws Exception {
    return played(ScriptFile.named("conflicts"), "simple", "extended", "extendedCacheEverything");
  }

  /** By the names of Adya and of Bailis et al. */
  @TestFactory
  Stream<DynamicContainer> anomalies() throws Exception {
    return played(ScriptFile.named("anomalies"), "simple", "extended");
  }

  @TestFactory
  Stream<DynamicContainer> limits() throws Exception {
    return played(ScriptFile.named("limits"), "simple", "extended");
  }

  @TestFactory
  Stream<DynamicContainer> everyPair_inEveryOrder_conflictsAsTheTableSays() throws Exception {
    return played(ConflictMatrix.file(), "simple", "extended");
  }

  private Stream<DynamicContainer> played(ScriptFile file, String... protocols)
      throws SQLException {
    execute(file.setup());
    return Stream.of(protocols)
        .map(
            protocol ->
                DynamicContainer.dynamicContainer(
                    protocol,
                    file.sections().stream()
                        .filter(section -> !section.slow() && isFor(section, protocol))
                        .map(section -> test(file, section, protocol))));
  }

  private static boolean isFor(Section section, String protocol) {
    return section.protocols().stream().anyMatch(protocol::startsWith);
  }

  private DynamicTest test(ScriptFile file, Section section, String protocol) {
    return DynamicTest.dynamicTest(
        section.id(),
        () -> {
          execute(file.fill());
          try (Script sessions = new Script(cluster, "admin", protocol)) {
            sessions.play(section.steps());
          }
        });
  }

  private void execute(Iterable<String> statements) throws SQLException {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      for (String sql : statements) {
        Jdbc.executeAgain(admin, sql);
      }
    }
  }
}
