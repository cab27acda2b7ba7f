package io.github.dsqljava.local.limits;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * The limits of one cluster. Immutable.
 *
 * <pre>{@code
 * Limits small = Limits.standard().with(Limit.TRANSACTION_ROWS, 10);
 * }</pre>
 */
public final class Limits {
  /**
   * Aurora DSQL User Guide, "Database limits": five minutes, and the text of the error says 300s.
   */
  private static final Duration TRANSACTION_AGE = Duration.ofSeconds(300);

  /** Aurora DSQL User Guide, "Quotas": connection duration. */
  private static final Duration CONNECTION_AGE = Duration.ofMinutes(60);

  private static final Limits STANDARD = new Limits(Map.of(), TRANSACTION_AGE, CONNECTION_AGE);

  private final Map<Limit, Long> changed;
  private final Duration transactionAge;
  private final Duration connectionAge;

  private Limits(Map<Limit, Long> changed, Duration transactionAge, Duration connectionAge) {
    this.changed = changed;
    this.transactionAge = transactionAge;
    this.connectionAge = connectionAge;
  }

  /** Returns the limits of the service. */
  public static Limits standard() {
    return STANDARD;
  }

  /**
   * Returns the same with another value of one limit.
   *
   * @throws IllegalArgumentException if the value is not positive
   */
  public Limits with(Limit limit, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(limit.option() + " is " + value + ", not positive");
    }
    Map<Limit, Long> values = new EnumMap<>(Limit.class);
    values.putAll(changed);
    values.put(limit, value);
    return new Limits(values, transactionAge, connectionAge);
  }

  /**
   * Returns the same with another age, at which a transaction is refused its next statement.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public Limits withTransactionAge(Duration age) {
    return new Limits(changed, positive("transaction-age", age), connectionAge);
  }

  /**
   * Returns the same with another age, at which a connection is closed.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public Limits withConnectionAge(Duration age) {
    return new Limits(changed, transactionAge, positive("connection-age", age));
  }

  private static Duration positive(String name, Duration age) {
    if (age.isNegative() || age.isZero()) {
      throw new IllegalArgumentException(name + " is " + age + ", not positive");
    }
    return age;
  }

  /** Returns the value of a limit. */
  public long of(Limit limit) {
    return changed.getOrDefault(limit, limit.standard());
  }

  /** Returns the values that are not those of the service. */
  public Map<Limit, Long> changed() {
    return Map.copyOf(changed);
  }

  /** Returns how old a transaction may get; standard: 300 seconds. */
  public Duration transactionAge() {
    return transactionAge;
  }

  /** Returns how old a connection may get; standard: 60 minutes. */
  public Duration connectionAge() {
    return connectionAge;
  }

  /** Shows what differs from the service. */
  @Override
  public String toString() {
    return "Limits[" + changed + ", " + transactionAge + ", " + connectionAge + "]";
  }
}
