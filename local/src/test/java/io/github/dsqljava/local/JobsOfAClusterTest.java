package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of clusters that are started in one way or another. */
class JobsOfAClusterTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @Test
  void openJobs_goOnWhenTheClusterIsStartedAgain(@TempDir Path data) throws Exception {
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
    HandClock clock = new HandClock();
    DsqlLocalBuilder builder =
        DsqlLocal.builder().clock(clock).jobDelay(HOUR).dataDirectory(data.resolve("cluster"));
    String jobs = "SELECT status || extract(epoch FROM update_time - start_time) FROM sys.jobs";
    try (DsqlLocal cluster = builder.start();
        Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "CREATE TABLE t (a int)", "CREATE UNIQUE INDEX ASYNC i ON t (a)");
      clock.advance(HOUR.dividedBy(2));
      Eventually.holds(
          "it runs", () -> Jdbc.column(admin, jobs).equals(List.of("processing1800.000000")));
    }
    try (DsqlLocal cluster = builder.start();
        Connection admin = Jdbc.connect(cluster, "admin")) {
      assertThat(Jdbc.value(admin, jobs)).isEqualTo("processing1800.000000");
      clock.advance(HOUR.dividedBy(2));
      Eventually.holds(
          "it is done", () -> Jdbc.column(admin, jobs).equals(List.of("completed3600.000000")));
      assertThat(
              Jdbc.value(
                  admin,
                  "SELECT indisvalid AND indisunique FROM pg_index WHERE indexrelid = 'i'::regclass"))
          .isEqualTo("t");
      // What is done at every start does not hurt a second time.
      Jdbc.execute(admin, "CREATE INDEX ASYNC once ON t (a)");
      assertThat(
              Jdbc.value(admin, "SELECT count(*) FROM sys.jobs WHERE object_name = 'public.once'"))
          .isEqualTo("1");
    }
  }

  @Test
  void analyze_comesByItself() throws Exception {
    HandClock clock = new HandClock();
    try (DsqlLocal cluster =
            DsqlLocal.builder()
                .clock(clock)
                .jobDelay(HOUR)
                .analyzePeriod(Duration.ofMillis(20))
                .start();
        Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          admin,
          "CREATE TABLE few (a int)",
          "CREATE TABLE many (a int)",
          "CREATE TABLE gone (a int)");
      // The session's statistics are certain to be known when it has ended.
      try (Connection writer = Jdbc.connect(cluster, "admin")) {
        Jdbc.execute(
            writer,
            "INSERT INTO few SELECT generate_series(1, 50)",
            "INSERT INTO many SELECT generate_series(1, 100)",
            "INSERT INTO gone SELECT generate_series(1, 100)");
      }
      String jobs =
          "SELECT concat_ws('|', job_type, object_name, status, details) FROM sys.jobs"
              + " WHERE job_type = 'ANALYZE' ORDER BY object_name";
      Eventually.holds(
          "two jobs",
          () ->
              Jdbc.column(admin, jobs)
                  .equals(
                      List.of("ANALYZE|public.gone|submitted", "ANALYZE|public.many|submitted")));
      assertThat(Jdbc.value(admin, "SELECT reltuples FROM pg_class WHERE relname = 'many'"))
          .isEqualTo("-1");
      Jdbc.execute(admin, "DROP TABLE gone");
      clock.advance(HOUR);
      Eventually.holds(
          "both done",
          () ->
              Jdbc.column(admin, jobs)
                  .equals(
                      List.of(
                          "ANALYZE|public.gone|completed|Skipped job for nonexistent table.",
                          "ANALYZE|public.many|completed")));
      assertThat(Jdbc.value(admin, "SELECT reltuples FROM pg_class WHERE relname = 'many'"))
          .isEqualTo("100");
    }
  }

  @Test
  void noDelay_isStillBehindTheClientsBack() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.builder().jobDelay(Duration.ZERO).start();
        Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "CREATE TABLE t (a int)", "CREATE INDEX ASYNC i ON t (a)");
      Jdbc.awaitJobs(admin);
      assertThat(Jdbc.value(admin, "SELECT status FROM sys.jobs")).isEqualTo("completed");
    }
  }

  @Test
  void negativeDelay_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DsqlLocal.builder().jobDelay(Duration.ofMillis(-1)))
        .withMessageContaining("negative");
  }
}
