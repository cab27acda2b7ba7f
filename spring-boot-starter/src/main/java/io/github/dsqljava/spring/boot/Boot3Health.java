package io.github.dsqljava.spring.boot;

import java.util.function.Supplier;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;

/** The health of pools in Spring Boot 3's own type. */
record Boot3Health(Supplier<PoolState> pool) implements HealthIndicator {
  @Override
  public Health health() {
    PoolState state = pool.get();
    return (state.ready() ? Health.up() : Health.down()).withDetails(state.details()).build();
  }
}
