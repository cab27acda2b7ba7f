package io.github.dsqljava.spring.boot;

import io.github.dsqljava.pool.PoolHealth;
import io.github.dsqljava.pool.PoolStats;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the health endpoint says of a pool: what the pool knows, without asking the server. */
record PoolState(String cluster, PoolHealth health, PoolStats stats) {
  Map<String, Object> details() {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("cluster", cluster);
    details.put("idle", stats.idle());
    details.put("leased", stats.leased());
    details.put("waiting", stats.waiting());
    if (!health.isReady()) {
      details.put("reason", health.reason());
    }
    health.lastFailure().ifPresent(failure -> details.put("error", String.valueOf(failure)));
    return details;
  }
}
