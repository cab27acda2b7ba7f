package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.iam.DbAction;
import io.github.dsqljava.local.iam.TokenMaker;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The secrets of logins: a fresh token for each connection, or one password. */
final class Secrets {
  private static final Duration LIFETIME = Duration.ofMinutes(15);

  /** Keys of a process or a role may expire after an hour, so they are looked up again earlier. */
  private static final Duration KEYS_GOOD_FOR = Duration.ofMinutes(10);

  /** Finds the AWS keys. */
  interface KeySource {
    AwsKeys find() throws ConformanceException;
  }

  private final Optional<String> password;
  private final KeySource source;
  private final String region;
  private @Nullable AwsKeys keys;
  private Instant found = Instant.EPOCH;

  private Secrets(Optional<String> password, KeySource source, String region) {
    this.password = password;
    this.source = source;
    this.region = region;
  }

  /** Logs in with a password instead of tokens, to a PostgreSQL for comparison. */
  static Secrets password(String password) {
    return new Secrets(
        Optional.of(password),
        () -> {
          throw new ConformanceException("a password is used, not AWS credentials");
        },
        "");
  }

  /** Logs in with tokens that are signed with AWS keys. */
  static Secrets tokens(KeySource source, String region) {
    return new Secrets(Optional.empty(), source, region);
  }

  /** Whether connections log in with tokens. */
  boolean areTokens() {
    return password.isEmpty();
  }

  /** Returns the password, or a new token for this user. */
  String of(String user, String host) throws ConformanceException {
    return password.isPresent()
        ? password.get()
        : token(host, DbAction.requiredFor(user), LIFETIME, Instant.now());
  }

  /** Returns a token for a given action, lifetime and time of signing. */
  synchronized String token(String host, DbAction action, Duration lifetime, Instant now)
      throws ConformanceException {
    AwsKeys current = keys;
    if (current == null || found.plus(KEYS_GOOD_FOR).isBefore(Instant.now())) {
      current = source.find();
      keys = current;
      found = Instant.now();
    }
    return TokenMaker.sign(
        current.accessKeyId(),
        current.secretAccessKey(),
        current.sessionToken(),
        host,
        region,
        action,
        lifetime,
        now);
  }
}
