package io.github.dsqljava.pool;

import io.github.dsqljava.internal.Options;

/**
 * The state of a pool at one moment, and its counters since the start. Immutable. Pools make it;
 * the builder is for them, and for tests of code that reads it.
 */
public final class PoolStats {

  private record Values(
      int idle,
      int leased,
      int opening,
      int retiring,
      int waiting,
      long opened,
      long closed,
      long openFailures,
      long acquired,
      long timeouts,
      int conflictWaiting,
      long conflictTurns) {}

  private final Values values;

  private PoolStats(Values values) {
    this.values = values;
  }

  /** A builder that holds zero everywhere. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that holds these figures. */
  public Builder toBuilder() {
    return new Builder(values);
  }

  /** Idle connections. */
  public int idle() {
    return values.idle;
  }

  /** Connections in use. */
  public int leased() {
    return values.leased;
  }

  /** Connections that are being opened. */
  public int opening() {
    return values.opening;
  }

  /**
   * Connections, idle or leased, that the pool closes as soon as their replacement is open or their
   * use ends; they are part of {@code idle} and {@code leased}.
   */
  public int retiring() {
    return values.retiring;
  }

  /** Callers that wait for a connection. */
  public int waiting() {
    return values.waiting;
  }

  /** Connections opened so far. */
  public long opened() {
    return values.opened;
  }

  /** Connections closed so far, for any reason. */
  public long closed() {
    return values.closed;
  }

  /** Attempts to open one that failed. */
  public long openFailures() {
    return values.openFailures;
  }

  /** The number of times that a connection was handed out. */
  public long acquired() {
    return values.acquired;
  }

  /** The number of callers that gave up waiting at their deadline. */
  public long timeouts() {
    return values.timeouts;
  }

  /** Transactions that lost a conflict and wait for their turn in the pool's conflict lane. */
  public int conflictWaiting() {
    return values.conflictWaiting;
  }

  /** The number of turns that transactions have got in the conflict lane. */
  public long conflictTurns() {
    return values.conflictTurns;
  }

  /** Open connections: idle and leased. */
  public int size() {
    return values.idle + values.leased;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PoolStats that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** All figures by name. */
  @Override
  public String toString() {
    return Options.text(PoolStats.class, values);
  }

  /** Collects figures. Not safe to use from several threads. */
  public static final class Builder {
    private int idle;
    private int leased;
    private int opening;
    private int retiring;
    private int waiting;
    private long opened;
    private long closed;
    private long openFailures;
    private long acquired;
    private long timeouts;
    private int conflictWaiting;
    private long conflictTurns;

    private Builder() {}

    private Builder(Values from) {
      idle = from.idle;
      leased = from.leased;
      opening = from.opening;
      retiring = from.retiring;
      waiting = from.waiting;
      opened = from.opened;
      closed = from.closed;
      openFailures = from.openFailures;
      acquired = from.acquired;
      timeouts = from.timeouts;
      conflictWaiting = from.conflictWaiting;
      conflictTurns = from.conflictTurns;
    }

    /** See {@link PoolStats#idle()}. */
    public Builder idle(int count) {
      idle = count;
      return this;
    }

    /** See {@link PoolStats#leased()}. */
    public Builder leased(int count) {
      leased = count;
      return this;
    }

    /** See {@link PoolStats#opening()}. */
    public Builder opening(int count) {
      opening = count;
      return this;
    }

    /** See {@link PoolStats#retiring()}. */
    public Builder retiring(int count) {
      retiring = count;
      return this;
    }

    /** See {@link PoolStats#waiting()}. */
    public Builder waiting(int count) {
      waiting = count;
      return this;
    }

    /** See {@link PoolStats#opened()}. */
    public Builder opened(long count) {
      opened = count;
      return this;
    }

    /** See {@link PoolStats#closed()}. */
    public Builder closed(long count) {
      closed = count;
      return this;
    }

    /** See {@link PoolStats#openFailures()}. */
    public Builder openFailures(long count) {
      openFailures = count;
      return this;
    }

    /** See {@link PoolStats#acquired()}. */
    public Builder acquired(long count) {
      acquired = count;
      return this;
    }

    /** See {@link PoolStats#timeouts()}. */
    public Builder timeouts(long count) {
      timeouts = count;
      return this;
    }

    /** See {@link PoolStats#conflictWaiting()}. */
    public Builder conflictWaiting(int count) {
      conflictWaiting = count;
      return this;
    }

    /** See {@link PoolStats#conflictTurns()}. */
    public Builder conflictTurns(long count) {
      conflictTurns = count;
      return this;
    }

    /** The figures. */
    public PoolStats build() {
      return new PoolStats(
          new Values(
              idle,
              leased,
              opening,
              retiring,
              waiting,
              opened,
              closed,
              openFailures,
              acquired,
              timeouts,
              conflictWaiting,
              conflictTurns));
    }
  }
}
