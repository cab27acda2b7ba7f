package io.github.dsqljava.local.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.DsqlLocal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConformanceTest {
  @TempDir Path directory;

  @Test
  void itself() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.builder().jobDelay(Duration.ofSeconds(1)).start()) {
      Kit.Outcome outcome = new Kit(directory, cluster).run();
      Files.writeString(Path.of("/tmp/kit15.report.md"), outcome.report());
      Files.writeString(Path.of("/tmp/kit15.report.json"), outcome.json());
      Files.writeString(Path.of("/tmp/kit15.record.txt"), outcome.record());
      Files.writeString(Path.of("/tmp/kit15.out"), outcome.output());
      assertThat(outcome.code()).isZero();
    }
  }
}
