package io.github.dsqljava.spring;

import io.github.dsqljava.local.DsqlLocalBuilder;

/** A bean that sets up the cluster of {@link DsqlLocalConnection} before it starts. */
@FunctionalInterface
public interface DsqlLocalCustomizer {
  /** Changes the builder: limits, Region, how long jobs take. */
  void customize(DsqlLocalBuilder builder);
}
