package io.github.dsqljava.spi.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.UnknownHostException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a pool does about each failure to connect. */
class ConnectFailureKindTest {

  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(Failures.overloaded(), ConnectFailureKind.OVERLOADED),
        Arguments.of(Failures.server("53400", "rate exceeded"), ConnectFailureKind.OVERLOADED),
        Arguments.of(Failures.wakingUp(), ConnectFailureKind.OVERLOADED),
        Arguments.of(Failures.server("0A000", "unsupported"), ConnectFailureKind.LASTING),
        Arguments.of(Failures.unreachable(), ConnectFailureKind.UNREACHABLE),
        Arguments.of(Failures.expired(), ConnectFailureKind.TOKEN_EXPIRED),
        Arguments.of(Failures.denied(), ConnectFailureKind.LASTING),
        Arguments.of(
            Failures.network(new UnknownHostException("host")), ConnectFailureKind.LASTING),
        Arguments.of(new IllegalStateException("a failed hook"), ConnectFailureKind.UNEXPECTED));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void of_failure_hasItsKind(Throwable failure, ConnectFailureKind kind) {
    assertThat(ConnectFailureKind.of(failure)).isEqualTo(kind);
  }
}
