package io.github.dsqljava.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.benchmarks.peer.BenchmarkCase;
import io.github.dsqljava.benchmarks.peer.ConflictPolicy;
import io.github.dsqljava.benchmarks.peer.PeerKind;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OptionsTest {
  private static Options parse(String... arguments) {
    return Options.parse(arguments);
  }

  @Test
  void parse_emptyValues_areDefaults() {
    Options options = parse("--length=", "--cases=", "--peers=", "--docs=", "--output=", "--seed=");

    assertThat(options).isEqualTo(parse());
    assertThat(options.length()).isEqualTo(RunLength.SHORT);
    assertThat(options.cases()).containsExactly(BenchmarkCase.values());
    assertThat(options.peers()).contains(PeerKind.DSQL_JAVA, PeerKind.OFFICIAL_JDBC);
    assertThat(options.everything()).isTrue();
    assertThat(options.docs()).isEmpty();
  }

  @Test
  void parse_names_selectsInTheOrderOfTheReport() {
    Options options =
        parse(
            "--length=long",
            "--cases=hot-row,connect",
            "--peers=jdbc,dsql-java",
            "--docs=somewhere",
            "--seed=7");

    assertThat(options.length()).isEqualTo(RunLength.LONG);
    assertThat(options.cases()).containsExactly(BenchmarkCase.CONNECT, BenchmarkCase.HOT_ROW);
    assertThat(options.peers()).containsExactly(PeerKind.DSQL_JAVA, PeerKind.JDBC);
    assertThat(options.everything()).isFalse();
    assertThat(options.docs()).contains(Path.of("somewhere"));
    assertThat(options.description()).hasSize(1).first().asString().contains("seed 7");
  }

  @Test
  void parse_unknownName_isRefused() {
    assertThatThrownBy(() -> parse("--speed=fast")).hasMessageContaining("--speed");
    assertThatThrownBy(() -> parse("--cases=fast")).hasMessageContaining("fast");
    assertThatThrownBy(() -> parse("--peers=fast")).hasMessageContaining("fast");
    assertThatThrownBy(() -> parse("--length=fast")).hasMessageContaining("fast");
  }

  @Test
  void request_asLine_comesBack() {
    RoundRequest request =
        RoundRequest.of(
            BenchmarkCase.HOT_ROW,
            ConflictPolicy.OFFICIAL_LONG,
            10,
            RunLength.LONG.hotRow().warmUp(),
            RunLength.LONG.hotRow().measured(),
            /* seed= */ 99);

    assertThat(RoundRequest.ofLine(request.toLine())).isEqualTo(request);
  }
}
