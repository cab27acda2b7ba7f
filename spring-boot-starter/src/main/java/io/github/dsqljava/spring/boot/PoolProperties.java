package io.github.dsqljava.spring.boot;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.NestedConfigurationProperty;

/** The properties {@code dsql.pool.*}: the pool of R2DBC, and that of Vert.x. */
public class PoolProperties {
  /** Connections kept open; they are opened at start. Default 0: none before the first use. */
  private @Nullable Integer minSize;

  /** Largest number of connections. Default 10. */
  private @Nullable Integer maxSize;

  /** Largest number of callers that wait for a connection. */
  private @Nullable Integer maxWaiting;

  /** Time that a caller waits for a connection. Default 30s. */
  private @Nullable Duration acquireTimeout;

  /** Age at which a connection is replaced, below the service's 60m. */
  private @Nullable Duration maxLifetime;

  /** Largest random reduction of a connection's lifetime, so that not all end together. */
  private @Nullable Duration lifetimeJitter;

  /** Idle time after which a connection above the minimum is closed. */
  private @Nullable Duration idleTimeout;

  /** Period of the check whether an idle connection is alive. */
  private @Nullable Duration idleCheck;

  /** Time in use after which a connection is reported as a leak. Default none. */
  private @Nullable Duration leakThreshold;

  /** Bound of the first pause after a failure to open a connection. */
  private @Nullable Duration baseBackoff;

  /** Largest bound of such a pause. */
  private @Nullable Duration maxBackoff;

  /** Deadline of inTransaction's transactions whose options have none. */
  private @Nullable Duration transactionDeadline;

  /** Longest silence of the server while it owes an answer. Default none. */
  private @Nullable Duration statementTimeout;

  /** Time that a shutdown waits for connections in use. Default 5s. */
  private @Nullable Duration closeGrace;

  /**
   * Whether transactions of inTransaction that lost a conflict run again in a lane of the pool.
   * Default true.
   */
  private @Nullable Boolean conflictLane;

  @NestedConfigurationProperty
  private final ConnectRateProperties connectRate = new ConnectRateProperties();

  public @Nullable Boolean getConflictLane() {
    return conflictLane;
  }

  public void setConflictLane(@Nullable Boolean conflictLane) {
    this.conflictLane = conflictLane;
  }

  public @Nullable Integer getMinSize() {
    return minSize;
  }

  public void setMinSize(@Nullable Integer minSize) {
    this.minSize = minSize;
  }

  public @Nullable Integer getMaxSize() {
    return maxSize;
  }

  public void setMaxSize(@Nullable Integer maxSize) {
    this.maxSize = maxSize;
  }

  public @Nullable Integer getMaxWaiting() {
    return maxWaiting;
  }

  public void setMaxWaiting(@Nullable Integer maxWaiting) {
    this.maxWaiting = maxWaiting;
  }

  public @Nullable Duration getAcquireTimeout() {
    return acquireTimeout;
  }

  public void setAcquireTimeout(@Nullable Duration acquireTimeout) {
    this.acquireTimeout = acquireTimeout;
  }

  public @Nullable Duration getMaxLifetime() {
    return maxLifetime;
  }

  public void setMaxLifetime(@Nullable Duration maxLifetime) {
    this.maxLifetime = maxLifetime;
  }

  public @Nullable Duration getLifetimeJitter() {
    return lifetimeJitter;
  }

  public void setLifetimeJitter(@Nullable Duration lifetimeJitter) {
    this.lifetimeJitter = lifetimeJitter;
  }

  public @Nullable Duration getIdleTimeout() {
    return idleTimeout;
  }

  public void setIdleTimeout(@Nullable Duration idleTimeout) {
    this.idleTimeout = idleTimeout;
  }

  public @Nullable Duration getIdleCheck() {
    return idleCheck;
  }

  public void setIdleCheck(@Nullable Duration idleCheck) {
    this.idleCheck = idleCheck;
  }

  public @Nullable Duration getLeakThreshold() {
    return leakThreshold;
  }

  public void setLeakThreshold(@Nullable Duration leakThreshold) {
    this.leakThreshold = leakThreshold;
  }

  public @Nullable Duration getBaseBackoff() {
    return baseBackoff;
  }

  public void setBaseBackoff(@Nullable Duration baseBackoff) {
    this.baseBackoff = baseBackoff;
  }

  public @Nullable Duration getMaxBackoff() {
    return maxBackoff;
  }

  public void setMaxBackoff(@Nullable Duration maxBackoff) {
    this.maxBackoff = maxBackoff;
  }

  public @Nullable Duration getTransactionDeadline() {
    return transactionDeadline;
  }

  public void setTransactionDeadline(@Nullable Duration transactionDeadline) {
    this.transactionDeadline = transactionDeadline;
  }

  public @Nullable Duration getStatementTimeout() {
    return statementTimeout;
  }

  public void setStatementTimeout(@Nullable Duration statementTimeout) {
    this.statementTimeout = statementTimeout;
  }

  public @Nullable Duration getCloseGrace() {
    return closeGrace;
  }

  public void setCloseGrace(@Nullable Duration closeGrace) {
    this.closeGrace = closeGrace;
  }

  public ConnectRateProperties getConnectRate() {
    return connectRate;
  }
}
