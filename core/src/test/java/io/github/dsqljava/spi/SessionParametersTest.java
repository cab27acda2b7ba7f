package io.github.dsqljava.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.DsqlConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionParametersTest {

  private static DsqlConfig.Builder builder() {
    return DsqlConfig.builder().endpoint("localhost").region("us-east-1");
  }

  private static String applicationName(DsqlConfig config) {
    return SessionParameters.of(config, "aurora-dsql-java-vertx")
        .getOrDefault("application_name", "(none)");
  }

  @Test
  void of_noPrefix_connectorAndVersionOfTheBuild() {
    assertThat(applicationName(builder().build()))
        .matches("aurora-dsql-java-vertx/[0-9]+\\.[0-9]+\\.[0-9]+(-SNAPSHOT)?");
  }

  @Test
  void of_prefix_standsInFrontWithColon() {
    assertThat(applicationName(builder().applicationNamePrefix("orm").build()))
        .startsWith("orm:aurora-dsql-java-vertx/");
  }

  @Test
  void of_longPrefix_cutAt63Bytes() {
    String prefix = "p".repeat(60);
    assertThat(applicationName(builder().applicationNamePrefix(prefix).build()))
        .isEqualTo(prefix + ":au");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      textBlock =
          """
          public,       public
          my_schema2,   my_schema2
          _x,           _x
          MySchema,     "MySchema"
          my-schema,    "my-schema"
          2nd,          "2nd"
          a"b,          "a""b"
          $user,        "$user"
          |a, b|,       |"a, b"|
          é,            "é"
          """)
  void of_schema_quotedOnlyWhenNeeded(String schema, String searchPath) {
    assertThat(SessionParameters.of(builder().schema(schema).build(), "x"))
        .containsEntry("search_path", searchPath)
        .containsOnlyKeys("search_path", "application_name");
  }
}
