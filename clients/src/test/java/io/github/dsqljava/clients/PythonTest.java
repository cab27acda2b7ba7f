package io.github.dsqljava.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.dsqljava.local.DsqlLocal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients in Python, of which a machine has what its distribution or its user has installed. The
 * system property {@code clients.python} names an interpreter that is asked first.
 */
class PythonTest {
  private static final Path SOURCES = Path.of("src", "test", "python").toAbsolutePath();

  private static DsqlLocal cluster;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.builder().record(true).start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"psycopg", "psycopg2", "asyncpg"})
  void client_works(String module) throws Exception {
    Optional<String> python = pythonWith(module);
    assumeThat(python).as("a Python with the module %s is installed", module).isPresent();
    cluster.record().clear();
    Child.run(
        cluster,
        Map.of(),
        List.of(python.orElseThrow(), SOURCES.resolve("use_" + module + ".py").toString()));
    assertThat(cluster.record().refusedLogins()).isEmpty();
    assertThat(cluster.record().conflicts()).isNotEmpty();
  }

  private static Optional<String> pythonWith(String module) throws InterruptedException {
    for (String python :
        Stream.of(System.getProperty("clients.python", ""), "python3", "/usr/bin/python3")
            .filter(name -> !name.isEmpty())
            .toList()) {
      if (Child.works(List.of(python, "-c", "import " + module))) {
        return Optional.of(python);
      }
    }
    return Optional.empty();
  }
}
