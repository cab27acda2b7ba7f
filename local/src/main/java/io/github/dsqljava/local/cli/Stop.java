package io.github.dsqljava.local.cli;

import io.github.dsqljava.local.DsqlLocal;
import java.io.IOException;
import java.util.Optional;

/** Stops the cluster and prints its summary. Runs once. Ends even if nobody reads the output. */
final class Stop implements Runnable {
  private final DsqlLocal cluster;
  private final Optional<EnvironmentFile> file;
  private final LinePrinter printer;
  private boolean done;

  Stop(DsqlLocal cluster, Optional<EnvironmentFile> file, LinePrinter printer) {
    this.cluster = cluster;
    this.file = file;
    this.printer = printer;
  }

  @Override
  public synchronized void run() {
    if (done) {
      return;
    }
    done = true;
    try {
      if (file.isPresent()) {
        file.get().remove();
      }
    } catch (IOException e) {
      // The cluster has to stop all the same.
      System.getLogger(Main.class.getName())
          .log(System.Logger.Level.DEBUG, "environment file stays", e);
    }
    cluster.close();
    printer.print("\n" + cluster.summary().stripTrailing());
    printer.close();
  }
}
