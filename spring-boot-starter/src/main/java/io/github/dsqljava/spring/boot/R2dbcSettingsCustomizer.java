package io.github.dsqljava.spring.boot;

import io.github.dsqljava.r2dbc.R2dbcSettings;

/** A bean that changes the settings of R2DBC's pool made from {@code dsql.pool.*}. */
@FunctionalInterface
public interface R2dbcSettingsCustomizer {
  /** Changes the builder. */
  void customize(R2dbcSettings.Builder settings);
}
