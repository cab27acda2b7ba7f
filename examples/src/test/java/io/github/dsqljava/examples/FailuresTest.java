package io.github.dsqljava.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FailuresTest {
  @Test
  void wrongPort_isSaidInOneLine() {
    Map<String, String> environment =
        Map.of("CLUSTER_ENDPOINT", "localhost", "CLUSTER_PORT", "1", "AWS_REGION", "us-east-1");
    System.setProperty("aws.accessKeyId", "AKIAIOSFODNN7EXAMPLE");
    System.setProperty("aws.secretAccessKey", "secret");
    try {
      assertThat(message(() -> Example.run(environment, System.out)))
          .hasValueSatisfying(
              text ->
                  assertThat(text).contains("localhost:1").doesNotContain("\tat ").hasLineCount(1));
    } finally {
      System.clearProperty("aws.accessKeyId");
      System.clearProperty("aws.secretAccessKey");
    }
  }

  @Test
  void badConfiguration_isSaidInOneLine() {
    Map<String, String> environment =
        Map.of("CLUSTER_ENDPOINT", "localhost", "CLUSTER_PORT", "many");
    assertThat(message(() -> PoolExample.run(environment, System.out)))
        .hasValueSatisfying(text -> assertThat(text).contains("port").hasLineCount(1));
  }

  @Test
  void success_saysNothing() {
    assertThat(message(() -> {})).isEmpty();
  }

  @Test
  void otherFailures_keepTheirStackTrace() {
    assertThatThrownBy(
            () ->
                message(
                    () -> {
                      throw new IllegalStateException("a bug");
                    }))
        .isInstanceOf(IllegalStateException.class);
  }

  private static Optional<String> message(Runnable example) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    boolean succeeded;
    try (PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      succeeded = Failures.succeeds(example, err);
    }
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertThat(text.isEmpty()).isEqualTo(succeeded);
    return succeeded ? Optional.empty() : Optional.of(text.strip());
  }
}
