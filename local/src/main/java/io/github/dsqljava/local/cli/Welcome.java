package io.github.dsqljava.local.cli;

import io.github.dsqljava.local.DsqlLocal;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** What the program says when the cluster accepts connections: what to do next. */
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
    text.append("  cluster ").append(cluster.clusterHost()).append('\n');
    if (envFile.isEmpty()) {
      text.append("\nSet in the environment of your program (--env-file FILE writes them):\n");
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
        Another role (as admin):
          CREATE ROLE app WITH LOGIN;
          AWS IAM GRANT app TO '%s';
        Ctrl-C or SIGTERM stops it%s.
        """
            .formatted(
                envFile.isPresent() ? "" : ", with --env-file FILE",
                file.contains("/") ? file : "./" + file,
                cluster.principal().arn(),
                " and its PostgreSQL"));
    return text.toString();
  }
}
