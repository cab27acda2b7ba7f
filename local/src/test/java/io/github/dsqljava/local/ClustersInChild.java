package io.github.dsqljava.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Starts clusters in a JVM of its own, as many as the argument says; prints the directories of all
 * servers when a spare is there, and runs until its standard input ends.
 */
final class ClustersInChild {
  private static final String OPEN = "dsql.local.open:";

  private ClustersInChild() {}

  public static void main(String[] arguments) throws Exception {
    int count = Integer.parseInt(arguments[0]);
    List<DsqlLocal> clusters = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clusters.add(DsqlLocal.start());
    }
    Eventually.holds(
        "a spare that listens",
        () ->
            servers().size() == count + 1 && servers().stream().allMatch(ClustersInChild::listens));
    servers().forEach(directory -> System.out.println("server " + directory));
    System.out.println("ready");
    System.out.flush();
    while (System.in.read() >= 0) {
      // until the test has seen enough
    }
    clusters.forEach(DsqlLocal::close);
  }

  /** Whether PostgreSQL runs: a JVM that is killed before leaves the directory to a later start. */
  private static boolean listens(String directory) {
    return Files.exists(Path.of(directory, ".s.PGSQL.5432"));
  }

  /** The directories of the servers of this JVM. */
  static Set<String> servers() {
    Set<String> directories = new TreeSet<>();
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.startsWith(OPEN)) {
        directories.add(name.substring(OPEN.length()));
      }
    }
    return directories;
  }
}
