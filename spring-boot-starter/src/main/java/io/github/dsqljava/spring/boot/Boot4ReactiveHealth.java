package io.github.dsqljava.spring.boot;

import java.util.function.Supplier;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import reactor.core.publisher.Mono;

/** A pool's health in Spring Boot 4's own reactive type: nothing blocks. */
record Boot4ReactiveHealth(Supplier<PoolState> pool) implements ReactiveHealthIndicator {
  @Override
  public Mono<Health> health() {
    return Mono.fromSupplier(new Boot4Health(pool)::health);
  }
}
