package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.postgres.CacheDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** By which names, keys and certificates a cluster is reached, and that they stay. */
class NamesTest {
  private static final String ID = "abcdefghijklmnopqrstuvwxyz";

  @TempDir static Path shared;

  @TempDir Path temporary;

  /** Unpacking takes long, and the binaries are the same. */
  @BeforeAll
  static void shareBinaries() throws Exception {
    try (var entries = Files.list(CacheDirectory.open(null).path())) {
      for (Path entry : entries.toList()) {
        String name = String.valueOf(entry.getFileName());
        if (name.startsWith("postgresql-") && !name.endsWith(".unfinished")) {
          Files.createSymbolicLink(shared.resolve(name), entry);
        }
      }
    }
  }

  /** PostgreSQL runs as another account where the tests are root's. */
  @BeforeEach
  void letPostgresEnter() throws IOException {
    for (Path directory : List.of(shared, temporary)) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  /** The second start has a cache in which nothing can be written, so it needs no lock. */
  @Test
  void keptIdentity_isTheSameAtEachStart_alsoFromACacheThatNobodyMayWriteTo() throws Exception {
    Map<String, String> first;
    X509Certificate authority;
    try (DsqlLocal cluster = kept().start()) {
      first = cluster.environment();
      authority = cluster.caCertificate();
    }
    assertThat(kept().clusterHost()).isEqualTo(first.get("CLUSTER_HOST"));
    List<Path> locks = new ArrayList<>();
    try {
      for (String part : List.of("tls", "template", "postgresql", "data")) {
        Path lock = shared.resolve(part + ".lock");
        Files.deleteIfExists(lock);
        locks.add(Files.createDirectory(lock)); // cannot be opened
      }
      try (DsqlLocal cluster = kept().start();
          Connection connection = Jdbc.connect(cluster, "admin");
          DsqlLocal another = DsqlLocal.builder().cacheDirectory(shared).start()) {
        assertThat(Jdbc.value(connection, "SELECT 1")).isEqualTo("1");
        assertThat(cluster.environment())
            .usingRecursiveComparison()
            .ignoringFields("CLUSTER_PORT")
            .isEqualTo(first);
        assertThat(cluster.caCertificate()).isEqualTo(authority);
        assertThat(another.clusterId()).as("the library's own").isNotEqualTo(cluster.clusterId());
        assertThat(another.principal()).isNotEqualTo(cluster.principal());
        assertThat(another.hostsFile()).isNotEqualTo(cluster.hostsFile());
      }
    } finally {
      for (Path lock : locks) {
        Files.delete(lock);
      }
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void keptIdentity_isReadableForItsOwnerAlone() throws Exception {
    kept().clusterHost();
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(shared.resolve("tls/identity.properties"))))
        .isEqualTo("rw-------");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "cluster-id=short\n", "cluster-id=abcdefghijklmnopqrstuvwxyz\n"})
  void keptIdentity_broken_isNamedAndLeftAlone(String content) throws Exception {
    Path file = Files.createDirectory(temporary.resolve("tls")).resolve("identity.properties");
    Files.writeString(file, content);
    assertThatThrownBy(
            () -> DsqlLocal.builder().cacheDirectory(temporary).keptIdentity(true).clusterHost())
        .isInstanceOf(DsqlLocalException.class)
        .hasMessageContaining(file + " holds no identity of dsql-local; delete it");
    assertThat(file).hasContent(content);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "abc", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxy/"})
  void clusterId_ofAnotherForm_isRefused(String id) {
    assertThatThrownBy(() -> DsqlLocal.builder().clusterId(id))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not 26 lower-case letters and digits");
  }

  @Test
  void clusterHost_ofABuilderThatMakesAnotherOneEachTime_isNotKnown() {
    assertThatThrownBy(() -> DsqlLocal.builder().clusterHost())
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void dataDirectory_keepsItsId_andRefusesAnother() {
    Path data = temporary.resolve("data");
    try (DsqlLocal cluster =
        DsqlLocal.builder().cacheDirectory(shared).dataDirectory(data).clusterId(ID).start()) {
      assertThat(cluster.clusterId()).isEqualTo(ID);
    }
    DsqlLocalBuilder again = kept().dataDirectory(data);
    assertThat(again.clusterHost()).startsWith(ID);
    try (DsqlLocal cluster = again.start()) {
      assertThat(cluster.clusterId()).isEqualTo(ID);
    }
    DsqlLocalBuilder other = kept().dataDirectory(data).clusterId(ID.replace('a', 'z'));
    assertThatThrownBy(other::start)
        .isInstanceOf(DsqlLocalException.class)
        .hasMessageContaining(data + " holds the data of cluster " + ID);
  }

  /** What a program does that reads only its environment. */
  @Test
  void hostsFileAndTrustStore_areAllThatAJvmNeeds_withAGivenIdAndKeyToo() throws Exception {
    try (DsqlLocal cluster = kept().clusterId(ID).accessKey("AKIAMINE", "my/secret").start()) {
      assertThat(cluster.clusterHost()).isEqualTo(ID + ".dsql.us-east-1.on.aws");
      Map<String, String> environment = cluster.environment();
      assertThat(environment)
          .containsEntry("AWS_ACCESS_KEY_ID", "AKIAMINE")
          .containsEntry("AWS_SECRET_ACCESS_KEY", "my/secret");
      List<String> options =
          List.of(
              "-Djdk.net.hosts.file=" + environment.get("CLUSTER_HOSTS_FILE"),
              "-Djavax.net.ssl.trustStore=" + environment.get("CLUSTER_TRUST_STORE"),
              "-Djavax.net.ssl.trustStorePassword="
                  + environment.get("CLUSTER_TRUST_STORE_PASSWORD"));
      ProcessBuilder child = new ProcessBuilder(ChildProcess.java(Client.class, options));
      child.environment().putAll(environment);
      child.environment().put("TOKEN", cluster.token("admin"));
      try (ChildProcess client = ChildProcess.start(child)) {
        assertThat(client.awaitExit()).as("%s", client.lines()).isZero();
        assertThat(client.lines()).contains("I am admin", "localhost is 127.0.0.1");
      }
      assertThat(Files.readString(Path.of(environment.get("CLUSTER_HOSTS_FILE"))))
          .startsWith(cluster.hostsLine() + "\n");
    }
  }

  /** In a JVM of its own. */
  static final class Client {
    public static void main(String[] arguments) throws Exception {
      Map<String, String> environment = System.getenv();
      Properties properties = new Properties();
      properties.setProperty("user", "admin");
      properties.setProperty("password", environment.get("TOKEN"));
      properties.setProperty("sslmode", "verify-full");
      properties.setProperty("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
      String url =
          "jdbc:postgresql://"
              + environment.get("CLUSTER_HOST")
              + ":"
              + environment.get("CLUSTER_PORT")
              + "/postgres";
      try (Connection connection = DriverManager.getConnection(url, properties)) {
        System.out.println("I am " + Jdbc.value(connection, "SELECT current_user"));
      }
      System.out.println("localhost is " + InetAddress.getByName("localhost").getHostAddress());
    }
  }

  private static DsqlLocalBuilder kept() {
    return DsqlLocal.builder().cacheDirectory(shared).keptIdentity(true);
  }
}
