package io.github.dsqljava.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class OccRetryExampleTest {
  @Test
  void run_onNamedCluster_worksAsAdminAndAsRoleAndLeavesNothing() throws Exception {
    try (ExampleRuns runs = new ExampleRuns()) {
      runs.runTwiceAsEachUser(
          OccRetryExample::run,
          "Anna: attempt 1, read 0",
          "Bert: attempt 1, read 0",
          "The counter is 2 after 3 attempts at 2 transactions");
    }
  }

  @Test
  void run_withoutCluster_showsBothAttemptsOfTheLoser() {
    String output = ExampleRuns.output(OccRetryExample::run, Map.of());
    String loser = output.contains("Anna: attempt 2") ? "Anna" : "Bert";
    String winner = loser.equals("Anna") ? "Bert" : "Anna";
    assertThat(output)
        .startsWith("CLUSTER_ENDPOINT is not set: using a local cluster\n")
        .containsSubsequence(
            loser + ": attempt 1, read 0",
            loser + ": attempt 1 lost the conflict (CONFLICT), next one in ",
            loser + ": attempt 2, read 1",
            loser + ": committed",
            "The counter is 2")
        .contains(winner + ": committed")
        .doesNotContain(winner + ": attempt 2");
  }
}
