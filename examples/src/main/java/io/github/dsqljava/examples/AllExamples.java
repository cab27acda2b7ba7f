package io.github.dsqljava.examples;

/** Runs every example, one after the other. */
public final class AllExamples {
  private AllExamples() {}

  /** Runs on the cluster of the environment, or on local ones. */
  public static void main(String[] args) {
    Example.main(args);
    System.out.println();
    PoolExample.main(args);
    System.out.println();
    ConcurrentPoolExample.main(args);
    System.out.println();
    OccRetryExample.main(args);
    System.out.println();
    BatchExample.main(args);
  }
}
