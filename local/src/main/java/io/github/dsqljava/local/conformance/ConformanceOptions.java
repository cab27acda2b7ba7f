package io.github.dsqljava.local.conformance;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the kit is asked to do.
 *
 * @param endpoint {@code host} or {@code host:port}
 * @param region Region that tokens are signed for; from the host's name or the profile if empty
 * @param profile of the AWS configuration; the environment and the default profile if empty
 * @param user database role
 * @param roleFor ARN of the principal that may log in as a second role, which the run makes then;
 *     no role is made if empty
 * @param password instead of tokens: for a PostgreSQL that is compared with
 * @param ca certificates to believe in PEM; the JDK's if empty
 * @param only rows, or what the names of rows begin with; all if empty
 * @param report file for the report in Markdown; the one in JSON stands beside it
 * @param record file for the answers, in the form of scripts
 * @param slow whether scripts are played that take minutes or an hour
 * @param yes whether nobody is asked before an endpoint that is not loopback
 * @param answerLimit how long an answer may take
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
