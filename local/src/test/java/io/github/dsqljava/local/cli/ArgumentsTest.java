package io.github.dsqljava.local.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {
  @Test
  void parse_nothing_starts() throws Exception {
    Arguments arguments = Arguments.parse();
    assertThat(arguments.command()).isEqualTo(Arguments.START);
    assertThat(arguments.options()).isEmpty();
    assertThat(arguments.port()).isZero();
  }

  @Test
  void parse_everyOption_inBothForms() throws Exception {
    Arguments arguments =
        Arguments.parse(
            "--port", "5433", "--data-dir=/a=b", "--region", "eu-west-1", "--env-file=e f");
    assertThat(arguments.command()).isEqualTo(Arguments.START);
    assertThat(arguments.port()).isEqualTo(5433);
    assertThat(arguments.options())
        .isEqualTo(
            Map.of(
                "--port", "5433",
                "--data-dir", "/a=b",
                "--region", "eu-west-1",
                "--env-file", "e f"));
    assertThat(arguments.option("--data-dir")).contains("/a=b");
    assertThat(arguments.option("--user")).isEmpty();
  }

  @Test
  void parse_commandWithItsOptions() throws Exception {
    Arguments token = Arguments.parse("token", "--user", "app", "--env-file", "env");
    assertThat(token.command()).isEqualTo(Arguments.TOKEN);
    assertThat(token.option("--user")).contains("app");
    assertThat(Arguments.parse("start", "--port=1").command()).isEqualTo(Arguments.START);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "--version", "token --help", "--port 1 --help"})
  void parse_flag_needsNoValue(String words) throws Exception {
    Arguments arguments = Arguments.parse(words.split(" ", -1));
    assertThat(arguments.has("--help") || arguments.has("--version")).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "run                     | unknown command \"run\"",
        "--prot 1                | unknown option \"--prot\"",
        "-p 1                    | unknown option \"-p\"",
        "--port 1 token          | unknown option \"token\"",
        "token --port 1          | unknown option \"--port\"",
        "start --user app        | unknown option \"--user\"",
        "--port                  | --port needs a value",
        "--port=                 | --port needs a value",
        "--data-dir --region     | --data-dir needs a value",
        "token --user            | --user needs a value",
        "--port 1 --port 2       | --port is given twice",
        "--help --help           | --help is given twice",
        "--help=yes              | --help takes no value",
      })
  void parse_mistake_isNamed(String words, String message) {
    assertThatThrownBy(() -> Arguments.parse(words.split(" ", -1)))
        .isInstanceOf(UsageException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "65536", "http", "1.5", "99999999999"})
  void port_outOfRange_isNamed(String port) throws Exception {
    Arguments arguments = Arguments.parse("--port=" + port);
    assertThatThrownBy(arguments::port)
        .isInstanceOf(UsageException.class)
        .hasMessage("--port is \"" + port + "\", not a number from 0 to 65535");
  }

  @Test
  void seconds_mayHaveAFraction() throws Exception {
    assertThat(Arguments.parse("--job-delay", "0").seconds("--job-delay")).contains(Duration.ZERO);
    assertThat(Arguments.parse("--job-delay=0.25").seconds("--job-delay"))
        .contains(Duration.ofMillis(250));
    assertThat(Arguments.parse().seconds("--job-delay")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "PT2S", "1e99", "2s", "NaN"})
  void seconds_thatAreNone_areNamed(String seconds) throws Exception {
    Arguments arguments = Arguments.parse("--job-delay=" + seconds);
    assertThatThrownBy(() -> arguments.seconds("--job-delay"))
        .isInstanceOf(UsageException.class)
        .hasMessage("--job-delay is \"" + seconds + "\", not a number of seconds");
  }

  @Test
  void options_cannotBeChanged() throws Exception {
    Map<String, String> options = Arguments.parse("--port=1").options();
    assertThatThrownBy(() -> options.put("--port", "2"))
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
