package io.github.dsqljava.local.conformance;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The options of a conformance run.
 *
 * @param endpoint {@code host} or {@code host:port}
 * @param region Region that tokens are signed for; from the host's name or the profile if empty
 * @param profile of the AWS configuration; the environment and the default profile if empty
 * @param user database role
 * @param roleFor ARN of the principal that may log in as the second role that the run makes; if
 *     empty, it makes none
 * @param password instead of tokens, to run against a PostgreSQL for comparison
 * @param ca file of trusted certificates in PEM; the JDK's if empty
 * @param only names of rows, or their first parts; all if empty
 * @param report file for the report in Markdown; the one in JSON stands beside it
 * @param record file for the answers, in the form of scripts
 * @param slow whether to play the scripts that take minutes or an hour
 * @param yes whether to skip the question that comes before a run on an endpoint that is not
 *     loopback
 * @param answerLimit the time limit for an answer
 * @param environment variables of the process, for credentials
 * @param home directory with {@code .aws}
 */
public record ConformanceOptions(
    String endpoint,
    Optional<String> region,
    Optional<String> profile,
    String user,
    Optional<String> roleFor,
    Optional<String> password,
    Optional<Path> ca,
    List<String> only,
    Optional<Path> report,
    Optional<Path> record,
    boolean slow,
    boolean yes,
    Duration answerLimit,
    Map<String, String> environment,
    Path home) {
  /** Long enough for a sort of 200 MB, short enough to notice that sessions wait. */
  public static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);

  /** Copies the collections. */
  public ConformanceOptions {
    only = List.copyOf(only);
    environment = Map.copyOf(environment);
  }

  /** Shows no password and no variables of the environment. */
  @Override
  public String toString() {
    return "ConformanceOptions[" + endpoint + ", user=" + user + ", only=" + only + "]";
  }
}
