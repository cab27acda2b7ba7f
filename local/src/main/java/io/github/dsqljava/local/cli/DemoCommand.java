package io.github.dsqljava.local.cli;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.demo.Demo;
import io.github.dsqljava.local.demo.DemoShow;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** {@code dsql-local.jar demo}: shows a conflict on a cluster of its own. */
final class DemoCommand {
  /** Enough to read a line and to see where it stands. */
  private static final Duration PACE = Duration.ofMillis(1500);

  private DemoCommand() {}

  static void run(Arguments arguments, PrintStream out) throws UsageException, IOException {
    Duration pace = arguments.seconds("--pace").orElse(PACE);
    Optional<Path> picture = arguments.option("--svg").map(Path::of);
    try (DsqlLocal cluster = DsqlLocal.start()) {
      DemoShow.run(
          new Demo.Access(
              cluster.host(),
              cluster.port(),
              cluster.caCertificate(),
              () -> cluster.token("admin")),
          out,
          pace,
          picture);
    }
  }
}
