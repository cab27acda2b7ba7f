package io.github.dsqljava.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.r2dbc.R2dbcSettings;
import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.vertx.PoolSettings;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every setting of the connector is a property, and an IDE knows it. */
class MetadataTest {
  /** Objects, for which the context has beans; and what other properties make up. */
  private static final Set<String> NO_TEXT =
      Set.of(
          "credentials-provider",
          "environment",
          "listener",
          "init-hook",
          "acquire-hook",
          "policy",
          "retry-policy",
          "connect-rate");

  private static final Set<String> MORE =
      Set.of("dsql.pool.connect-rate.per-second", "dsql.pool.connect-rate.burst");

  /** Descriptions by name. */
  private static final Map<String, String> described = new TreeMap<>();

  @BeforeAll
  static void read() throws IOException {
    try (InputStream in =
        DsqlProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
      assertThat(in).as("metadata").isNotNull();
      JsonObject json = new JsonObject(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      for (Object property : json.getJsonArray("properties")) {
        JsonObject one = (JsonObject) property;
        described.put(one.getString("name"), one.getString("description", ""));
      }
    }
  }

  private static Stream<String> setters(String prefix, Class<?> builder) {
    return Arrays.stream(builder.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> method.getParameterCount() == 1 && method.getReturnType() == builder)
        .map(Method::getName)
        .map(name -> name.replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT))
        .filter(name -> !NO_TEXT.contains(name))
        .map(name -> prefix + name);
  }

  @Test
  void everySetting_isAProperty_andNothingElse() {
    Set<String> settings =
        Stream.of(
                setters("dsql.", DsqlConfig.Builder.class),
                setters("dsql.pool.", PoolPolicy.Builder.class),
                setters("dsql.pool.", R2dbcSettings.Builder.class),
                setters("dsql.pool.", PoolSettings.Builder.class),
                setters("dsql.retry.", RetryPolicy.Builder.class),
                MORE.stream())
            .flatMap(names -> names)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(settings).hasSizeGreaterThan(30);
    assertThat(described.keySet()).containsExactlyElementsOf(settings);
  }

  @Test
  void everyProperty_hasADescription() {
    assertThat(described)
        .allSatisfy(
            (name, description) ->
                assertThat(description).as(name).endsWith(".").hasSizeGreaterThan(15));
  }
}
