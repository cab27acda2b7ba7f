package io.github.dsqljava.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.dsqljava.local.DsqlLocal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients in JavaScript, from npm: each script of src/test/js is one. */
class NodeTest {
  private static final Path SOURCES = Path.of("src", "test", "js").toAbsolutePath();
  private static final Path DIRECTORY = Path.of("target", "js").toAbsolutePath();

  private static DsqlLocal cluster;

  /** Why none of these tests can run; empty if they can. */
  private static String missing = "";

  @BeforeAll
  @Timeout(300)
  static void start() throws Exception {
    Optional<Path> npm = Child.program("npm");
    List<String> isNew =
        List.of("node", "-e", "process.exit(process.versions.node < '20' ? 1 : 0)");
    if (npm.isEmpty()) {
      missing = "npm is not on the path";
    } else if (!Child.works(isNew)) {
      missing = "Node.js 20 or newer is not on the path";
    } else {
      copySources();
      if (Files.notExists(DIRECTORY.resolve("node_modules/.package-lock.json"))) {
        install(npm.get());
      }
      cluster = DsqlLocal.builder().record(true).start();
    }
  }

  /** Fails if it cannot: whoever has asked for these tests wants to know. */
  private static void install(Path npm) throws Exception {
    List<String> options =
        List.of("--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline");
    List<String> command = new ArrayList<>(List.of(npm.toString(), "ci"));
    command.addAll(options);
    Child.run(new ProcessBuilder(command).directory(DIRECTORY.toFile()), Duration.ofSeconds(280));
  }

  /** Before each, so that each is reported as skipped. */
  @BeforeEach
  void skipWithoutNode() {
    assumeThat(missing).isEmpty();
  }

  private static void copySources() throws IOException {
    Files.createDirectories(DIRECTORY);
    try (Stream<Path> sources = Files.list(SOURCES)) {
      for (Path source : sources.filter(Files::isRegularFile).toList()) {
        Files.copy(
            source, DIRECTORY.resolve(source.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pg", "postgres", "drizzle", "kysely", "knex", "sequelize", "typeorm"})
  void client_onLocalhost_works(String script) throws Exception {
    run(script, Map.of());
  }

  /** It takes a name without a dot for a cluster's id, so it gets the name on the service. */
  @Test
  void awsConnector_onTheRealName_runsPoolTransactionsAndRetries() throws Exception {
    cluster.record().clear();
    Map<String, String> environment = new HashMap<>();
    environment.put("CLUSTER_ENDPOINT", cluster.clusterHost());
    environment.put("NODE_OPTIONS", "--require ./hosts.cjs");
    run("aws-connector", environment);
    assertThat(cluster.record().conflicts()).isNotEmpty();
    assertThat(cluster.record().refusals()).isEmpty();
  }

  /** As AWS's examples have it, which know no port. */
  @Test
  void awsConnector_withoutAPort_finds5432() throws Exception {
    assumeThat(isFree(5432)).as("port 5432 is free").isTrue();
    try (DsqlLocal usual = DsqlLocal.builder().port(5432).record(true).start()) {
      Map<String, String> environment = new HashMap<>();
      environment.put("CLUSTER_ENDPOINT", usual.clusterHost());
      environment.put("CLUSTER_PORT", "");
      environment.put("NODE_OPTIONS", "--require ./hosts.cjs");
      run(usual, "aws-connector", environment);
      assertThat(usual.record().conflicts()).isNotEmpty();
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  private static void run(String script, Map<String, String> environment) throws Exception {
    run(cluster, script, environment);
  }

  private static void run(DsqlLocal cluster, String script, Map<String, String> environment)
      throws Exception {
    // The scripts name each other relatively.
    Child.run(
        cluster,
        environment,
        List.of(
            "/bin/sh",
            "-c",
            "cd \"$1\" && exec node \"$2.js\"",
            "sh",
            DIRECTORY.toString(),
            script));
    assertThat(cluster.record().refusedLogins()).isEmpty();
  }
}
