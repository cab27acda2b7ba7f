package io.github.dsqljava.spring.boot;

import io.github.dsqljava.DsqlConfig;

/** A bean that changes the configuration made from the properties {@code dsql.*}. */
@FunctionalInterface
public interface DsqlConfigCustomizer {
  /** Changes the builder. */
  void customize(DsqlConfig.Builder config);
}
