package io.github.dsqljava.junit;

import io.github.dsqljava.local.DsqlLocalBuilder;

/**
 * Sets up the clusters of test classes that name it in {@link DsqlLocalTest#setup}. It needs a
 * constructor without parameters.
 */
@FunctionalInterface
public interface ClusterSetup {
  /** Changes the builder of a cluster that is about to start; its record is on already. */
  void accept(DsqlLocalBuilder builder);

  /** Leaves everything as it is on the service. */
  final class Standard implements ClusterSetup {
    /** For the extension. */
    public Standard() {}

    @Override
    public void accept(DsqlLocalBuilder builder) {}
  }
}
