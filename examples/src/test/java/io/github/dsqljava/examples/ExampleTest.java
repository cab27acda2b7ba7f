package io.github.dsqljava.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ExampleTest {
  @Test
  void run_onNamedCluster_worksAsAdminAndAsRoleAndLeavesNothing() throws Exception {
    try (ExampleRuns runs = new ExampleRuns()) {
      runs.runTwiceAsEachUser(
          Example::run,
          "Created table owner",
          "Inserted and read back Owner[name=John Doe, city=Anytown");
    }
  }

  @Test
  void run_withoutCluster_startsALocalOneAndSaysSo() {
    assertThat(ExampleRuns.output(Example::run, Map.of()))
        .startsWith("CLUSTER_ENDPOINT is not set: using a local cluster\n")
        .contains("as admin")
        .contains("done");
  }

  @Test
  void run_withoutClusterAsRole_setsTheRoleUp() {
    assertThat(ExampleRuns.output(Example::run, Map.of("CLUSTER_USER", "Odd \"name\"")))
        .startsWith(
            "CLUSTER_ENDPOINT is not set: using a local cluster with role Odd \"name\", mapped to"
                + " arn:aws:iam::")
        .contains("as Odd \"name\"")
        .contains("done");
  }

  @Test
  void run_tableOfTheUsersOwn_isUsedAndKept() throws Exception {
    try (ExampleRuns runs = new ExampleRuns()) {
      runs.execute(
          "CREATE TABLE public.owner (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),"
              + " name varchar(30), city varchar(80), telephone varchar(20))");
      runs.execute("INSERT INTO public.owner(name, city) VALUES ('John Doe', 'Elsewhere')");
      assertThat(runs.run(Example::run, "admin")).contains("Found table owner");
      assertThat(runs.tables()).containsExactly("public.owner");
      assertThat(runs.value("SELECT string_agg(city, ',') FROM public.owner"))
          .isEqualTo("Elsewhere");
    }
  }
}
