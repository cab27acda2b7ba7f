package io.github.dsqljava.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.spring.transaction.RetryConflicts;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import reactor.core.publisher.Mono;

/** What is wrong is named by its property, before anything is sent. */
class BadPropertyTest {
  private static final String NAMED =
      "dsql.endpoint=abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws";

  private static Throwable failure(Class<?> more, String... properties) {
    List<String> arguments = new ArrayList<>();
    arguments.add(
        "--spring.autoconfigure.exclude="
            + "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration");
    for (String property : properties) {
      arguments.add("--" + property);
    }
    try (var context = Contexts.builder(more).run(arguments.toArray(String[]::new))) {
      throw new AssertionError("started with " + List.of(properties));
    } catch (RuntimeException e) {
      return e;
    }
  }

  private static FailureAnalysis analysis(String... properties) {
    FailureAnalysis analysis =
        new InvalidDsqlPropertyAnalyzer().analyze(failure(Object.class, properties));
    assertThat(analysis).as("an analysis of %s", List.of(properties)).isNotNull();
    return analysis;
  }

  @ParameterizedTest
  @CsvSource({
    "dsql.port=70000, give 1 to 65535",
    "dsql.region=Virginia, no AWS region",
    "dsql.token-lifetime=8d, 7 days",
    "dsql.connect-timeout=0s, 1 millisecond to 1 hour",
    "dsql.statement-cache-size=-1, give 0",
    "dsql.user=, is blank",
    "dsql.token-host=a b, host",
    "dsql.url=jdbc:postgresql://x, dsql://",
    "dsql.pool.max-size=0, maxSize",
    "dsql.pool.min-size=-1, minSize",
    "dsql.pool.acquire-timeout=0s, acquireTimeout",
    "dsql.pool.max-lifetime=2h, maxLifetime",
    "dsql.pool.close-grace=-1s, closeGrace",
    "dsql.pool.statement-timeout=0s, statementTimeout",
    "dsql.retry.max-attempts=0, 1 or more",
    "dsql.retry.max-other-failures=0, 1 or more",
    "dsql.retry.base-pause=-1ms, basePause",
  })
  void property_isNamed(String property, String problem) {
    FailureAnalysis analysis = analysis(NAMED, property);
    assertThat(analysis.getDescription())
        .contains("Property " + property.substring(0, property.indexOf('=')) + ":")
        .contains(problem);
    assertThat(analysis.getAction()).isNotBlank();
  }

  @Test
  void propertiesThatDoNotFitEachOther_areNamed() {
    assertThat(analysis(NAMED, "dsql.pool.min-size=5", "dsql.pool.max-size=4").getDescription())
        .contains("Property dsql.pool.*:")
        .contains("minSize");
    assertThat(
            analysis(NAMED, "dsql.pool.connect-rate.per-second=0", "dsql.pool.connect-rate.burst=1")
                .getDescription())
        .contains("dsql.pool.connect-rate.*");
  }

  @Test
  void missingCluster_isSaidWithAllThatHelps() {
    FailureAnalysis analysis = analysis();
    assertThat(analysis.getDescription()).contains("dsql.endpoint").contains("No cluster is named");
    assertThat(analysis.getAction()).contains("CLUSTER_ENDPOINT").contains("dsql.local.enabled");
  }

  @Test
  void endpointBesideALocalCluster_isRefused() {
    assertThat(failure(Object.class, NAMED, "dsql.local.enabled=true"))
        .hasStackTraceContaining("dsql.local.enabled is true, and dsql.endpoint is set");
  }

  @Test
  void urlBesideALocalCluster_isRefused_andNotSaid() {
    assertThat(failure(Object.class, "dsql.url=dsql://a:secret@host/b", "dsql.local.enabled=true"))
        .hasStackTraceContaining("dsql.local.enabled is true, and dsql.url is set")
        .extracting(Contexts::stackTrace, InstanceOfAssertFactories.STRING)
        .doesNotContain("secret");
  }

  @Test
  void annotationWithoutATransaction_isRefused() {
    assertThat(failure(Untransactional.class, NAMED))
        .hasStackTraceContaining("Untransactional.work has @RetryConflicts and no transaction");
  }

  static class Untransactional {
    @RetryConflicts
    public Mono<Void> work() {
      return Mono.empty();
    }
  }

  @Test
  void transactionsOutsideOfTheRetry_areRefused() {
    assertThat(failure(Reordered.class, NAMED))
        .hasStackTraceContaining("@RetryConflicts stands inside of @Transactional");
  }

  @EnableTransactionManagement(order = 0, proxyTargetClass = true)
  static class Reordered {}
}
