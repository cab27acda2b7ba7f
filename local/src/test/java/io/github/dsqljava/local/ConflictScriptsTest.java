package io.github.dsqljava.local;

import io.github.dsqljava.local.conformance.script.ConflictMatrix;
import io.github.dsqljava.local.conformance.script.ScriptFile;
import io.github.dsqljava.local.conformance.script.Section;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
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
  private final Set<Script> toBeClosed = new HashSet<>();
  private DsqlLocal cluster;

  @BeforeAll
  void start() {
    cluster = DsqlLocal.start();
  }

  @AfterAll
  void stop() throws Exception {
    for (Script script : toBeClosed) {
      script.close();
    }
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
    ScriptFile file = ConflictMatrix.file();
    execute(file.setup());
    return Stream.of("simple", "extended").map(protocol -> inOneScript(file, protocol));
  }

  /**
   * Logins would take most of the time. A section that fails leaves its sessions in a state nobody
   * knows, so the next one gets others.
   */
  private DynamicContainer inOneScript(ScriptFile file, String protocol) {
    AtomicReference<Script> kept = new AtomicReference<>();
    Stream<DynamicTest> sections =
        sections(file, protocol)
            .map(
                section ->
                    DynamicTest.dynamicTest(
                        section.id(),
                        () -> {
                          Script sessions = kept.getAndSet(null);
                          sessions =
                              sessions == null ? new Script(cluster, "admin", protocol) : sessions;
                          toBeClosed.add(sessions);
                          sessions.play(section.steps());
                          kept.set(sessions);
                        }));
    return DynamicContainer.dynamicContainer(protocol, sections);
  }

  private Stream<DynamicContainer> played(ScriptFile file, String... protocols)
      throws SQLException {
    execute(file.setup());
    return Stream.of(protocols)
        .map(
            protocol ->
                DynamicContainer.dynamicContainer(
                    protocol,
                    sections(file, protocol).map(section -> test(file, section, protocol))));
  }

  private static Stream<Section> sections(ScriptFile file, String protocol) {
    return file.sections().stream().filter(section -> !section.slow() && isFor(section, protocol));
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
