package io.github.dsqljava.spring.boot;

import java.util.function.Supplier;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.ReactiveHealthIndicator;
import reactor.core.publisher.Mono;

/** A pool's health in Spring Boot 3's own reactive type: nothing blocks. */
record Boot3ReactiveHealth(Supplier<PoolState> pool) implements ReactiveHealthIndicator {
  @Override
  public Mono<Health> health() {
    return Mono.fromSupplier(new Boot3Health(pool)::health);
  }
}
