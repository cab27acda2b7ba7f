package io.github.dsqljava.local.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.LoopbackSocketFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * What Gradle reads in place of the POM. Gradle itself is not run: PostgreSQL reads the JSON, and
 * the test compares it with what dsql-local looks for at run time. Runs in {@code mvn verify}.
 */
@EnabledIfSystemProperty(named = "dsql.artifact", matches = ".+")
class GradleMetadataTest {
  private static final Path JAR = Path.of(System.getProperty("dsql.artifact", "."));
  private static final String VARIANT =
      " FROM json_array_elements(?::json->'variants') v WHERE v->>'name' = ";

  @Test
  void runtime_hasThePostgresqlOfEveryPlatform_apiHasNone() throws Exception {
    List<String> wanted = new ArrayList<>(List.of("jspecify"));
    for (String os : List.of("Linux", "Mac OS X", "Windows 11")) {
      for (String architecture : List.of("amd64", "aarch64")) {
        wanted.add(Platform.of(os, architecture, false).artifact());
      }
    }
    assertThat(modules("runtimeElements")).hasSameElementsAs(wanted);
    assertThat(modules("apiElements")).containsExactly("jspecify");
  }

  @Test
  void fields_areThoseOfTheFormat() throws Exception {
    assertThat(column("SELECT ?::json->>'formatVersion'")).containsExactly("1.1");
    assertThat(column("SELECT ?::json->'component'->>'module'")).containsExactly("dsql-local");
    assertThat(column("SELECT v->>'name' FROM json_array_elements(?::json->'variants') v"))
        .containsExactly("apiElements", "runtimeElements");
    assertThat(column("SELECT v->'attributes'->>'org.gradle.usage'" + VARIANT + "'apiElements'"))
        .containsExactly("java-api");
    assertThat(
            column("SELECT v->'attributes'->>'org.gradle.usage'" + VARIANT + "'runtimeElements'"))
        .containsExactly("java-runtime");
    assertThat(column("SELECT v->'files'->0->>'url'" + VARIANT + "'runtimeElements'"))
        .containsExactly(JAR.getFileName().toString());
    assertThat(metadata()).as("everything is filled in").doesNotContain("@", "${");
  }

  @Test
  void pom_tellsGradleToLookForTheMetadata() throws Exception {
    Path pom = JAR.resolveSibling("..").resolve("pom.xml");
    assertThat(Files.readString(pom)).contains("do_not_remove: published-with-gradle-metadata");
  }

  private static List<String> modules(String variant) throws Exception {
    return column(
        "SELECT d->>'module' FROM (SELECT json_array_elements(v->'dependencies') d"
            + VARIANT
            + "'"
            + variant
            + "') x");
  }

  private static String metadata() throws IOException {
    return Files.readString(JAR.resolveSibling("gradle").resolve("dsql-local.module"));
  }

  private static List<String> column(String query) throws Exception {
    List<String> values = new ArrayList<>();
    try (DsqlLocal cluster = DsqlLocal.start();
        Connection connection = connect(cluster);
        PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, metadata());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          values.add(rows.getString(1));
        }
      }
    }
    return values;
  }

  private static Connection connect(DsqlLocal cluster) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", "admin");
    properties.setProperty("password", cluster.token("admin"));
    properties.setProperty("sslrootcert", cluster.caFile().toString());
    properties.setProperty("sslmode", "verify-full");
    properties.setProperty("socketFactory", LoopbackSocketFactory.class.getName());
    return DriverManager.getConnection(
        "jdbc:postgresql://" + cluster.clusterHost() + ":" + cluster.port() + "/postgres",
        properties);
  }
}
