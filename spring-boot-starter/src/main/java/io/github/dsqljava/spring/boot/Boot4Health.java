package io.github.dsqljava.spring.boot;

import java.util.function.Supplier;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** The health of pools in Spring Boot 4's own type. */
record Boot4Health(Supplier<PoolState> pool) implements HealthIndicator {
  @Override
  public Health health() {
    PoolState state = pool.get();
    return (state.ready() ? Health.up() : Health.down()).withDetails(state.details()).build();
  }
}
