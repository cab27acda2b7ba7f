package io.github.dsqljava.spring.boot;

import io.github.dsqljava.vertx.PoolSettings;

/** A bean that changes the settings of Vert.x's pool from {@code dsql.pool.*}; it can add hooks. */
@FunctionalInterface
public interface PoolSettingsCustomizer {
  /** Changes the builder. */
  void customize(PoolSettings.Builder settings);
}
