package io.github.dsqljava.spring.boot;

import io.github.dsqljava.pool.PoolHealth;
import io.github.dsqljava.pool.PoolStats;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The state of pools for the health endpoint, without contacting the server. */
record PoolState(boolean ready, Map<String, Object> details) {

  /**
   * Returns the state of one pool.
   *
   * @param cluster null if it is not known
   */
  static PoolState of(@Nullable String cluster, PoolHealth health, PoolStats stats) {
    Map<String, Object> details = new LinkedHashMap<>();
    if (cluster != null) {
      details.put("cluster", cluster);
    }
    details.put("idle", stats.idle());
    details.put("leased", stats.leased());
    details.put("waiting", stats.waiting());
    if (!health.isReady()) {
      details.put("reason", health.reason());
    }
    health.lastFailure().ifPresent(failure -> details.put("error", String.valueOf(failure)));
    return new PoolState(health.isReady(), details);
  }

  /**
   * Returns the state of all pools of a program, by the names of their beans; a single one is
   * returned as it is.
   */
  static PoolState all(Map<String, PoolState> pools) {
    if (pools.size() == 1) {
      return pools.values().iterator().next();
    }
    Map<String, Object> details = new LinkedHashMap<>();
    pools.forEach((name, pool) -> details.put(name, pool.details()));
    return new PoolState(pools.values().stream().allMatch(PoolState::ready), details);
  }
}
