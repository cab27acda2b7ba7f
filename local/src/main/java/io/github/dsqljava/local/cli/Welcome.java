package io.github.dsqljava.local.cli;

import io.github.dsqljava.local.DsqlLocal;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** The text that the program prints once the cluster accepts connections: the next steps. */
final class Welcome {
  private Welcome() {}

  static String text(DsqlLocal cluster, Optional<String> envFile, Duration took) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "dsql-local accepts connections on %s:%d after %.1f s%n",
            cluster.host(),
            cluster.port(),
            took.toMillis() / 1000.0));
    if (envFile.isEmpty()) {
      text.append("\nIts environment (--env-file FILE writes it for other shells):\n");
      cluster
          .environment()
          .forEach((name, value) -> text.append("  ").append(name + "=" + value).append('\n'));
    }
    String file = envFile.orElse("FILE");
    text.append(
        """

        In another shell%s:
          . %s
          export PGPASSWORD="$(java -jar dsql-local.jar token)"
          psql "host=$CLUSTER_ENDPOINT port=$CLUSTER_PORT user=admin dbname=postgres sslmode=verify-full"
        For clients that need AWS's kind of name, a line for the hosts file, today and tomorrow:
          %s
        Ctrl-C or SIGTERM stops the cluster.
        """
            .formatted(
                envFile.isPresent() ? "" : ", with --env-file FILE",
                EnvironmentFile.quoted(file.contains("/") ? file : "./" + file),
                cluster.hostsLine()));
    return text.toString();
  }
}
