package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.limits.Limits;
import io.github.dsqljava.local.postgres.CacheDirectory;
import io.github.dsqljava.local.postgres.PostgresServer;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Whoever has dsql-local cannot open its PostgreSQL to others, nor do without its optimism: the
 * artifact has no member for that, not even a hidden one.
 */
class NoWayAroundTest {
  /** Whoever adds one here has asked whether a cluster stays like the service with it. */
  private static final Set<String> SETTINGS_OF_A_CLUSTER =
      Set.of(
          "accessKey",
          "analyzePeriod",
          "cacheDirectory",
          "clock",
          "clusterHost",
          "ahead",
          "clusterId",
          "dataDirectory",
          "explainDpuEstimate",
          "faults",
          "jobDelay",
          "keptIdentity",
          "limits",
          "loginTimeout",
          "port",
          "progress",
          "record",
          "region",
          "schemaReach",
          "serverNameRequired",
          "sharedAccessKey",
          "start",
          "statementLog",
          "summary",
          "tokenLifetime");

  private static <T extends Executable> Stream<T> open(T[] members) {
    return Arrays.stream(members)
        .filter(member -> !Modifier.isPrivate(member.getModifiers()) && !member.isSynthetic());
  }

  @Test
  void cluster_hasNoOtherSettings() {
    assertThat(open(DsqlLocalBuilder.class.getDeclaredMethods()).map(Method::getName))
        .containsOnlyOnceElementsOf(SETTINGS_OF_A_CLUSTER)
        .allMatch(SETTINGS_OF_A_CLUSTER::contains);
    assertThat(open(DsqlLocalBuilder.class.getDeclaredConstructors()))
        .allMatch(constructor -> constructor.getParameterCount() == 0);
  }

  @Test
  void postgresql_isStartedWithoutSettingsOfTheCallers() {
    Set<String> types =
        open(PostgresServer.class.getDeclaredMethods())
            .filter(method -> Modifier.isStatic(method.getModifiers()))
            .flatMap(method -> Arrays.stream(method.getParameterTypes()))
            .map(Class::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(types)
        .containsOnly(
            CacheDirectory.class.getName(),
            Path.class.getName(),
            Consumer.class.getName(),
            Limits.class.getName(),
            "io.github.dsqljava.local.postgres.ServerAccount");
    assertThat(open(PostgresServer.class.getDeclaredConstructors())).isEmpty();
  }

  @Test
  void product_namesNoAddressForPostgresql() throws Exception {
    assertThat(constants("listen_addresses")).containsExactly("listen_addresses=");
    assertThat(constants("ssl_")).isEmpty();
    assertThat(constants("pg_hba")).isEmpty();
  }

  @Test
  void postgresql_listensNowhereButAtItsSocket() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.start();
        Connection connection = Jdbc.connect(cluster, "admin")) {
      assertThat(Jdbc.value(connection, "SHOW listen_addresses")).isEmpty();
      assertThat(Jdbc.value(connection, "SHOW ssl")).isEqualTo("off");
    }
  }

  /** All that begins so in a constant of a class, up to what is no printable character. */
  private static List<String> constants(String beginning) throws Exception {
    Pattern pattern = Pattern.compile(beginning + "[ -~]*");
    Path classes = Path.of(DsqlLocal.class.getResource("DsqlLocal.class").toURI()).getParent();
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        Matcher constant = pattern.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
        while (constant.find()) {
          found.add(constant.group());
        }
      }
    }
    return found;
  }
}
