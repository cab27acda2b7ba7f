package io.github.dsqljava.local.cli;

import io.github.dsqljava.local.DsqlLocal;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Stops the cluster and says what it has seen. Runs once. */
final class Stop implements Runnable {
  private final DsqlLocal cluster;
  private final Optional<EnvironmentFile> file;
  private final @Nullable LinePrinter printer;
  private final PrintStream out;
  private boolean done;

  Stop(
      DsqlLocal cluster,
      Optional<EnvironmentFile> file,
      @Nullable LinePrinter printer,
      PrintStream out) {
    this.cluster = cluster;
    this.file = file;
    this.printer = printer;
    this.out = out;
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
    if (printer != null) {
      printer.close();
    }
    out.println();
    out.print(cluster.summary());
    out.flush();
  }
}
