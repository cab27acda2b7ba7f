package io.github.dsqljava.spring.boot;

import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.retry.RetryPolicy;
import org.jspecify.annotations.Nullable;

/** Makes the settings that the pools of R2DBC and of Vert.x have in common from the properties. */
final class PoolBuilder {

  private PoolBuilder() {}

  static PoolPolicy policy(PoolProperties pool) {
    PoolPolicy.Builder policy = PoolPolicy.builder();
    Given.set("dsql.pool.min-size", pool.getMinSize(), policy::minSize);
    Given.set("dsql.pool.max-size", pool.getMaxSize(), policy::maxSize);
    Given.set("dsql.pool.max-waiting", pool.getMaxWaiting(), policy::maxWaiting);
    Given.set("dsql.pool.acquire-timeout", pool.getAcquireTimeout(), policy::acquireTimeout);
    Given.set("dsql.pool.max-lifetime", pool.getMaxLifetime(), policy::maxLifetime);
    Given.set("dsql.pool.lifetime-jitter", pool.getLifetimeJitter(), policy::lifetimeJitter);
    Given.set("dsql.pool.idle-timeout", pool.getIdleTimeout(), policy::idleTimeout);
    Given.set("dsql.pool.idle-check", pool.getIdleCheck(), policy::idleCheck);
    Given.set("dsql.pool.leak-threshold", pool.getLeakThreshold(), policy::leakThreshold);
    Given.set("dsql.pool.base-backoff", pool.getBaseBackoff(), policy::baseBackoff);
    Given.set("dsql.pool.max-backoff", pool.getMaxBackoff(), policy::maxBackoff);
    return Given.build("dsql.pool.*", policy::build);
  }

  /** The rate, if one is given. */
  static @Nullable ConnectRate connectRate(PoolProperties pool) {
    ConnectRateProperties rate = pool.getConnectRate();
    Integer perSecond = rate.getPerSecond();
    Integer burst = rate.getBurst();
    if (perSecond == null && burst == null) {
      return null;
    }
    return Given.build(
        "dsql.pool.connect-rate.*",
        () ->
            ConnectRate.of(
                perSecond == null ? ConnectRate.SERVICE_PER_SECOND : perSecond,
                burst == null ? ConnectRate.SERVICE_BURST : burst));
  }

  static RetryPolicy retryPolicy(RetryProperties retry) {
    RetryPolicy.Builder policy = RetryPolicy.builder();
    Given.set("dsql.retry.max-attempts", retry.getMaxAttempts(), policy::maxAttempts);
    Given.set(
        "dsql.retry.max-other-failures", retry.getMaxOtherFailures(), policy::maxOtherFailures);
    Given.set("dsql.retry.base-pause", retry.getBasePause(), policy::basePause);
    Given.set("dsql.retry.max-pause", retry.getMaxPause(), policy::maxPause);
    Given.set("dsql.retry.max-elapsed", retry.getMaxElapsed(), policy::maxElapsed);
    return policy.build();
  }
}
