package io.github.dsqljava.local;

import io.github.dsqljava.local.faults.Fault;
import io.github.dsqljava.local.frontend.Refusals;
import io.github.dsqljava.local.iam.TokenVerifier;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Makes faults from the terms of the public API and of the file of faults. */
final class Faults {
  private Faults() {}

  static Fault loginRefused(LoginRefusal refusal, InstantSource clock) {
    return switch (refusal) {
      case TOO_MANY_CONNECTIONS -> Fault.loginRefused(Refusals.tooManyConnections());
      case RATE_EXCEEDED -> Fault.loginRefused(Refusals.rateExceeded());
      case WAKING_UP -> Fault.loginRefused(Refusals.wakingUp());
      case TOKEN_EXPIRED ->
          Fault.loginRefused(Refusals.accessDenied(Optional.of(expiredNow(clock))));
      case ACCESS_DENIED -> Fault.loginRefused(Refusals.accessDenied(Optional.empty()));
    };
  }

  private static String expiredNow(InstantSource clock) {
    Instant now = clock.instant();
    return TokenVerifier.expiredHint(now.minusSeconds(1), now);
  }

  static Fault commitConflict(CommitConflict conflict) {
    return switch (conflict) {
      case DATA -> Fault.dataConflict();
      case SCHEMA -> Fault.schemaConflict();
    };
  }

  static Fault closedAfter(int messages) {
    if (messages < 0) {
      throw new IllegalArgumentException("messages are " + messages + ", negative");
    }
    return Fault.closedAfter(messages);
  }

  static Duration age(Duration age) {
    if (age.isNegative()) {
      throw new IllegalArgumentException("age is " + age + ", negative");
    }
    return age;
  }
}
