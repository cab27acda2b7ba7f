package io.github.dsqljava.pool;

import io.github.dsqljava.InvalidConfigurationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The rate at which connections may be opened: a token bucket. Pools that share an instance share
 * the rate.
 *
 * <pre>{@code
 * // Three services share a cluster's budget of 100 a second:
 * PoolSettings.builder().connectRate(ConnectRate.of(33, 300)).build();
 * }</pre>
 *
 * <p>Aurora DSQL admits 100 new connections a second and 1,000 in a burst, per cluster ("Cluster
 * quotas and database limits" in the Aurora DSQL User Guide). Exceeding it is not fatal, because
 * the cluster answers 53400 and pools back off, but it delays every client that connects to the
 * cluster.
 *
 * <p>Safe to use from several threads.
 */
public final class ConnectRate {

  /** New connections a second that a cluster admits. */
  public static final int SERVICE_PER_SECOND = 100;

  /** New connections that a cluster admits at once, after a pause. */
  public static final int SERVICE_BURST = 1_000;

  private static final ConcurrentMap<String, ConnectRate> SHARED = new ConcurrentHashMap<>();

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final int perSecond;
  private final int burst;
  private final long nanosPerToken;

  /**
   * The time at which the bucket will be full again, on the callers' clock. This number is the
   * whole state: the time left until then, divided by the time for one token, is the number of
   * missing tokens.
   */
  private long fullAt;

  private boolean used;

  private ConnectRate(int perSecond, int burst) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.nanosPerToken = NANOS_PER_SECOND / perSecond;
  }

  /**
   * A rate of its own.
   *
   * @param perSecond connections a second, 1 to 1,000,000
   * @param burst connections at once after a pause, 1 to 1,000,000
   * @throws InvalidConfigurationException if one is out of range
   */
  public static ConnectRate of(int perSecond, int burst) {
    check("perSecond", perSecond);
    check("burst", burst);
    return new ConnectRate(perSecond, burst);
  }

  /**
   * The rate that all pools of this process share for one endpoint: {@link #SERVICE_PER_SECOND} and
   * {@link #SERVICE_BURST}. It does not count the connections of other processes.
   *
   * @param endpoint host and port, as in {@link io.github.dsqljava.ClusterEndpoint#address()}
   */
  public static ConnectRate shared(String endpoint) {
    return SHARED.computeIfAbsent(
        endpoint, key -> new ConnectRate(SERVICE_PER_SECOND, SERVICE_BURST));
  }

  private static void check(String name, int value) {
    if (value < 1 || value > 1_000_000) {
      throw new InvalidConfigurationException(name + " is " + value + "; give 1 to 1,000,000");
    }
  }

  /**
   * Takes a token, which may become available only later; earlier calls get earlier tokens. For
   * pools: a program only hands a rate to them.
   *
   * @param nanoTime now, on the clock that all users of this instance share
   * @return the nanoseconds until a connection may be opened with it; 0 for now
   */
  public synchronized long reserve(long nanoTime) {
    long missing = missing(nanoTime);
    fullAt = nanoTime + missing + nanosPerToken;
    return Math.max(0, missing - (burst - 1) * nanosPerToken);
  }

  /** Gives back a token that was not used. For pools. */
  public synchronized void giveBack() {
    fullAt -= nanosPerToken;
  }

  private long missing(long nanoTime) {
    if (!used) {
      used = true;
      fullAt = nanoTime;
    }
    return Math.max(0, fullAt - nanoTime);
  }

  /** The two numbers. */
  @Override
  public String toString() {
    return perSecond + " a second, " + burst + " at once";
  }
}
