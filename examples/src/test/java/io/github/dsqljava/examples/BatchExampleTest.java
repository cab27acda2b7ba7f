package io.github.dsqljava.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class BatchExampleTest {
  @Test
  void run_onNamedCluster_worksAsAdminAndAsRoleAndLeavesNothing() throws Exception {
    try (ExampleRuns runs = new ExampleRuns()) {
      runs.runTwiceAsEachUser(
          BatchExample::run,
          "Chunk 1 of 5 committed: 1000 of 5000 rows",
          "Chunk 5 of 5 committed: 5000 of 5000 rows",
          "5000 rows written in 5 transactions",
          "The table has 5000 rows");
    }
  }

  @Test
  void run_withoutCluster_startsALocalOneAndSaysSo() {
    assertThat(ExampleRuns.output(BatchExample::run, Map.of()))
        .startsWith("CLUSTER_ENDPOINT is not set: using a local cluster\n")
        .contains("done");
  }
}
