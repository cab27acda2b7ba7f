package io.github.dsqljava.local.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A command line taken apart.
 *
 * @param command first word without dashes; {@code start} if there is none
 * @param options values by option, {@code --port} for example; of a flag, the empty text
 */
record Arguments(String command, Map<String, String> options) {
  static final String START = "start";
  static final String TOKEN = "token";
  static final String HOSTS = "hosts";
  static final String LIMITS = "limits";
  static final String FAULTS = "faults";
  static final String CONFORMANCE = "conformance";
  static final String DEMO = "demo";

  private static final Map<String, List<String>> OPTIONS_WITH_VALUE =
      Map.of(
          START,
          List.of(
              "--port",
              "--data-dir",
              "--region",
              "--env-file",
              "--job-delay",
              "--limits",
              "--faults",
              "--cluster-id",
              "--access-key",
              "--secret-key",
              "--sni",
              "--dpu-estimate",
              "--schema-reach",
              "--log"),
          TOKEN,
          List.of("--env-file", "--user"),
          HOSTS,
          List.of("--env-file", "--region", "--cluster-id", "--data-dir"),
          LIMITS,
          List.of(),
          FAULTS,
          List.of(),
          DEMO,
          List.of("--pace", "--svg"),
          CONFORMANCE,
          List.of(
              "--endpoint",
              "--region",
              "--profile",
              "--user",
              "--only",
              "--report",
              "--record",
              "--password-env",
              "--ca",
              "--answer-limit"));
  private static final BigDecimal MAX_SECONDS =
      BigDecimal.valueOf(Duration.ofDays(365).toSeconds());
  private static final List<String> FLAGS = List.of("--help", "--version");
  private static final Map<String, List<String>> OTHER_FLAGS =
      Map.of(CONFORMANCE, List.of("--slow", "--yes"));

  static Arguments parse(String... words) throws UsageException {
    String command = START;
    Map<String, String> options = new LinkedHashMap<>();
    for (int i = 0; i < words.length; i++) {
      String word = words[i];
      if (i == 0 && !word.startsWith("-")) {
        if (!OPTIONS_WITH_VALUE.containsKey(word)) {
          throw new UsageException("unknown command \"" + word + "\"");
        }
        command = word;
        continue;
      }
      int equals = word.indexOf('=');
      String name = equals < 0 ? word : word.substring(0, equals);
      String value = "";
      if (FLAGS.contains(name) || OTHER_FLAGS.getOrDefault(command, List.of()).contains(name)) {
        if (equals >= 0) {
          throw new UsageException(name + " takes no value");
        }
      } else {
        if (!OPTIONS_WITH_VALUE.getOrDefault(command, List.of()).contains(name)) {
          throw new UsageException("unknown option \"" + name + "\"");
        }
        // A value that looks like an option means a forgotten value; "--name=--value" is possible.
        if (equals < 0 && (++i == words.length || words[i].startsWith("--"))) {
          throw new UsageException(name + " needs a value");
        }
        value = equals < 0 ? words[i] : word.substring(equals + 1);
        if (value.isBlank()) {
          throw new UsageException(name + " needs a value");
        }
      }
      if (options.put(name, value) != null) {
        throw new UsageException(name + " is given twice");
      }
    }
    return new Arguments(command, Map.copyOf(options));
  }

  Optional<String> option(String name) {
    return Optional.ofNullable(options.get(name));
  }

  /**
   * One of a few words.
   *
   * @param words the allowed ones; the first is the default
   */
  String oneOf(String name, String... words) throws UsageException {
    String text = options.getOrDefault(name, words[0]);
    if (!List.of(words).contains(text)) {
      throw new UsageException(
          name + " is \"" + text + "\", not one of " + String.join(", ", words));
    }
    return text;
  }

  boolean has(String flag) {
    return options.containsKey(flag);
  }

  /** A number of seconds, perhaps with a fraction. */
  Optional<Duration> seconds(String name) throws UsageException {
    String text = options.get(name);
    if (text == null) {
      return Optional.empty();
    }
    try {
      BigDecimal seconds = new BigDecimal(text);
      // More than a year is a mistake.
      if (seconds.signum() >= 0 && seconds.compareTo(MAX_SECONDS) <= 0) {
        return Optional.of(Duration.ofNanos(seconds.movePointRight(9).longValue()));
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new UsageException(name + " is \"" + text + "\", not a number of seconds");
  }

  int port() throws UsageException {
    String text = options.getOrDefault("--port", "0");
    try {
      int port = Integer.parseInt(text);
      if (port >= 0 && port <= 65535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new UsageException("--port is \"" + text + "\", not a number from 0 to 65535");
  }
}
