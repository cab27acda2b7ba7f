package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.iam.DbAction;
import io.github.dsqljava.local.iam.TokenMaker;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What logs in: a fresh token for each connection, or a password. */
final class Secrets {
  private static final Duration LIFETIME = Duration.ofMinutes(15);

  /** Keys of a process or of a role may end after an hour; they are looked up anew before. */
  private static final Duration KEYS_GOOD_FOR = Duration.ofMinutes(10);

  /** Where keys come from. */
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

  /** A password instead of tokens: for a PostgreSQL that is compared with. */
  static Secrets password(String password) {
    return new Secrets(
        Optional.of(password),
        () -> {
          throw new ConformanceException("a password is used, not AWS credentials");
        },
        "");
  }

  /** Tokens that are signed with keys of AWS. */
  static Secrets tokens(KeySource source, String region) {
    return new Secrets(Optional.empty(), source, region);
  }

  /** Whether connections log in with tokens. */
  boolean areTokens() {
    return password.isEmpty();
  }

  /** Returns what a user logs in with. */
  String of(String user, String host) throws ConformanceException {
    return password.isPresent()
        ? password.get()
        : token(host, DbAction.requiredFor(user), LIFETIME, Instant.now());
  }

  /** Returns a token of a special kind. */
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
