package io.github.dsqljava.local.limits;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * The limits of one cluster. Immutable; {@link #toBuilder()} makes a changed copy.
 *
 * <pre>{@code
 * Limits small = Limits.builder().limit(Limit.TRANSACTION_ROWS, 10).build();
 * }</pre>
 */
public final class Limits {
  private static final Limits STANDARD = builder().build();

  /** The ages, and the limits whose values are not those of the service. */
  private record Values(
      Map<Limit, Long> changed, Duration transactionAge, Duration connectionAge) {}

  private final Values values;

  private Limits(Values values) {
    this.values = values;
  }

  /** Returns the limits of the service. */
  public static Limits standard() {
    return STANDARD;
  }

  /** Returns a builder that holds the limits of the service. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that holds these limits. */
  public Builder toBuilder() {
    return new Builder(values);
  }

  /** Returns the value of a limit. */
  public long of(Limit limit) {
    return values.changed.getOrDefault(limit, limit.standard());
  }

  /** Returns the values that are not those of the service. */
  public Map<Limit, Long> changed() {
    return values.changed;
  }

  /**
   * Returns the maximum age of a transaction; the next statement of an older one is refused.
   * Standard: 300 seconds.
   */
  public Duration transactionAge() {
    return values.transactionAge;
  }

  /** Returns the maximum age of a connection; an older one is closed. Standard: 60 minutes. */
  public Duration connectionAge() {
    return values.connectionAge;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Limits that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** Shows what differs from the service, and the ages. */
  @Override
  public String toString() {
    return "Limits["
        + values.changed
        + ", transactionAge="
        + values.transactionAge
        + ", connectionAge="
        + values.connectionAge
        + "]";
  }

  /**
   * Collects limits. A setter throws {@link IllegalArgumentException} for a value that is not
   * positive. Not safe to use from several threads.
   */
  public static final class Builder {
    private final Map<Limit, Long> changed = new EnumMap<>(Limit.class);

    /**
     * Aurora DSQL User Guide, "Database limits": five minutes, and the text of the error says 300s.
     */
    private Duration transactionAge = Duration.ofSeconds(300);

    /** Aurora DSQL User Guide, "Quotas": connection duration. */
    private Duration connectionAge = Duration.ofMinutes(60);

    private Builder() {}

    private Builder(Values from) {
      changed.putAll(from.changed);
      transactionAge = from.transactionAge;
      connectionAge = from.connectionAge;
    }

    /** Sets the value of one limit; see {@link Limits#of}. */
    public Builder limit(Limit limit, long value) {
      Objects.requireNonNull(limit, "limit");
      if (value < 1) {
        throw new IllegalArgumentException(limit.option() + " is " + value + ", not positive");
      }
      if (value == limit.standard()) {
        changed.remove(limit);
      } else {
        changed.put(limit, value);
      }
      return this;
    }

    /** See {@link Limits#transactionAge()}. */
    public Builder transactionAge(Duration age) {
      transactionAge = positive("transactionAge", age);
      return this;
    }

    /** See {@link Limits#connectionAge()}. */
    public Builder connectionAge(Duration age) {
      connectionAge = positive("connectionAge", age);
      return this;
    }

    private static Duration positive(String name, Duration age) {
      Objects.requireNonNull(age, name);
      if (age.isNegative() || age.isZero()) {
        throw new IllegalArgumentException(name + " is " + age + ", not positive");
      }
      return age;
    }

    /** Returns the limits. */
    public Limits build() {
      Map<Limit, Long> copy = Collections.unmodifiableMap(new EnumMap<>(changed));
      return new Limits(new Values(copy, transactionAge, connectionAge));
    }
  }
}
