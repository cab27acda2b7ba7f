package io.github.dsqljava.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ConcurrentPoolExampleTest {
  @Test
  void run_onNamedCluster_worksAsAdminAndAsRoleAndLeavesNothing() throws Exception {
    try (ExampleRuns runs = new ExampleRuns()) {
      runs.runTwiceAsEachUser(
          ConcurrentPoolExample::run,
          "20 workers in parallel over up to 10 connections answered [1, 2, 3, 4,",
          "Committed an owner with id ");
    }
  }

  @Test
  void run_withoutCluster_startsALocalOneAndSaysSo() {
    assertThat(ExampleRuns.output(ConcurrentPoolExample::run, Map.of()))
        .startsWith("CLUSTER_ENDPOINT is not set: using a local cluster\n")
        .contains("as admin")
        .contains("done");
  }

  @Test
  void run_withoutClusterAsRole_setsTheRoleUp() {
    assertThat(
            ExampleRuns.output(ConcurrentPoolExample::run, Map.of("CLUSTER_USER", "Odd \"name\"")))
        .startsWith(
            "CLUSTER_ENDPOINT is not set: using a local cluster with role Odd \"name\", mapped to"
                + " arn:aws:iam::")
        .contains("as Odd \"name\"")
        .contains("done");
  }
}
