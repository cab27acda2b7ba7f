package io.github.dsqljava.local.cli;

import io.github.dsqljava.local.limits.Limit;
import io.github.dsqljava.local.limits.Limits;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The value of {@code --limits}: {@code transaction-rows=10,connection-age=60}. */
final class LimitList {
  private static final String TRANSACTION_AGE = "transaction-age";
  private static final String CONNECTION_AGE = "connection-age";

  private LimitList() {}

  /** Returns the names that the list may hold, as text for the user. */
  static String names() {
    return Arrays.stream(Limit.values()).map(Limit::option).collect(Collectors.joining(", "))
        + "; in seconds: "
        + TRANSACTION_AGE
        + ", "
        + CONNECTION_AGE;
  }

  static Limits parse(String list) throws UsageException {
    Limits.Builder limits = Limits.builder();
    for (String assignment : list.split(",", -1)) {
      set(limits, assignment.strip());
    }
    return limits.build();
  }

  private static void set(Limits.Builder limits, String assignment) throws UsageException {
    int equals = assignment.indexOf('=');
    String name = equals < 0 ? assignment : assignment.substring(0, equals);
    long value = number(assignment, equals < 0 ? "" : assignment.substring(equals + 1));
    switch (name) {
      case TRANSACTION_AGE -> limits.transactionAge(Duration.ofSeconds(value));
      case CONNECTION_AGE -> limits.connectionAge(Duration.ofSeconds(value));
      default -> limits.limit(limit(name), value);
    }
  }

  private static Limit limit(String name) throws UsageException {
    return Arrays.stream(Limit.values())
        .filter(known -> known.option().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new UsageException("--limits has no \"" + name + "\"; there are " + names()));
  }

  private static long number(String assignment, String text) throws UsageException {
    try {
      long value = Long.parseLong(text);
      if (value > 0 && value <= Integer.MAX_VALUE) {
        return value;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new UsageException(
        "--limits: \"" + assignment + "\" is not NAME=N with N from 1 to " + Integer.MAX_VALUE);
  }
}
