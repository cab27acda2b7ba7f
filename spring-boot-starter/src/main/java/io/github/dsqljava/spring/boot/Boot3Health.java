package io.github.dsqljava.spring.boot;

import java.util.function.Supplier;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;

/** A pool's health in Spring Boot 3's own type. */
record Boot3Health(Supplier<PoolState> pool) implements HealthIndicator {
  @Override
  public Health health() {
    PoolState state = pool.get();
    return (state.health().isReady() ? Health.up() : Health.down())
        .withDetails(state.details())
        .build();
  }
}
