package io.github.dsqljava.local.cli;

import io.github.dsqljava.local.ClusterFaults;
import java.util.List;

/** The answer to {@code --help}. What limits and faults there are is asked of those who know. */
final class Usage {
  private static final int WIDTH = 92;
  private static final String INDENT = " ".repeat(22);

  private static final String TEXT =
      """
      dsql-local: an Aurora DSQL cluster on this machine

      java -jar dsql-local.jar [--port N] [--data-dir DIR] [--region R] [--env-file FILE]
                               [--job-delay SECONDS] [--limits LIST] [--faults FILE]
          starts a cluster and runs until it is stopped (Ctrl-C or SIGTERM)
          --port N          TCP port on the loopback addresses; default: any free one
          --data-dir DIR    where the data lives on; default: temporary, gone at the end
          --region R        Region that tokens are signed for; default: us-east-1
          --env-file FILE   written when the cluster accepts connections, removed at the end:
                            CLUSTER_ENDPOINT, CLUSTER_PORT, CLUSTER_USER, CLUSTER_ID, AWS_REGION,
                            AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, CLUSTER_PRINCIPAL_ARN,
                            CLUSTER_CA_FILE, PGSSLROOTCERT
          --job-delay SECONDS
                            how long CREATE INDEX ASYNC and other jobs take; default: 2
          --limits LIST     limits that are not those of the service, as in
                            transaction-rows=10,connection-age=60. There are
      %s    --faults FILE     what is to go wrong, one fault a line, # begins a comment:
      %s                      read again whenever it changes: replaces what is left of it; a copy
                            of it is in FILE.armed as soon as it is armed

      java -jar dsql-local.jar token [--env-file FILE] [--user USER]
          prints a token, good for 15 minutes, to be used as the password of USER
          (default: admin); reads the variables above from FILE or from the environment

      java -jar dsql-local.jar --help | --version
      """;

  private Usage() {}

  static String text() {
    StringBuilder faults = new StringBuilder();
    for (String form : ClusterFaults.fileForms()) {
      wrap(form, "    ", faults);
    }
    StringBuilder limits = new StringBuilder();
    wrap(LimitList.names(), "", limits);
    return TEXT.formatted(limits, faults);
  }

  /** Breaks behind spaces and bars; lines after the first one are indented by some more. */
  private static void wrap(String text, String more, StringBuilder lines) {
    String indent = INDENT;
    StringBuilder line = new StringBuilder(indent);
    for (String word : List.of(text.split("(?<=[ |])"))) {
      if (line.length() + word.stripTrailing().length() > WIDTH) {
        lines.append(line.toString().stripTrailing()).append('\n');
        indent = INDENT + more;
        line = new StringBuilder(indent);
      }
      line.append(word);
    }
    lines.append(line.toString().stripTrailing()).append('\n');
  }
}
