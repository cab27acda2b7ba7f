package io.github.dsqljava.local.cli;

import io.github.dsqljava.local.ClusterFaults;
import java.util.List;

/**
 * The texts of {@code --help}, {@code limits} and {@code faults}. The limits come from {@link
 * LimitList}, the forms of faults from {@link ClusterFaults}.
 */
final class Usage {
  private static final int WIDTH = 92;
  private static final String INDENT = "    ";

  private static final String TEXT =
      """
      dsql-local: an Aurora DSQL cluster on this machine

      java -jar dsql-local.jar [OPTIONS]
          starts a cluster and runs until Ctrl-C or SIGTERM
          --port N          TCP port on the loopback addresses; default: any free one.
                            5432 for programs that know no other, such as AWS's samples
          --env-file FILE   writes the cluster's address and keys for other programs; exists while
                            the cluster accepts connections. Source it in a shell: ". ./FILE"
          --log statements  prints each statement with its session, duration and answer
          --data-dir DIR    keeps the data in DIR; default: temporary, deleted at the end
          --region R        Region that tokens are signed for; default: us-east-1
          --sni optional    admits clients that send no TLS server name; the service refuses them
          --dpu-estimate shown
                            EXPLAIN ANALYZE VERBOSE ends with an estimate of DPU; its numbers are
                            made up
          --schema-reach tables
                            only sessions that use a changed table get OC001, not all sessions
          --cluster-id ID, --access-key ID, --secret-key SECRET
                            26 characters, and a key of letters and digits; default: the same
                            at each start
          --job-delay SECONDS
                            duration of CREATE INDEX ASYNC and other jobs; default: 2
          --limits LIST     limits that are not the service's, as in
                            transaction-rows=10,connection-age=60
          --faults FILE     what is to go wrong; read again whenever it changes

      java -jar dsql-local.jar token [--env-file FILE] [--user USER]
          prints a token for USER (default: admin), to be used as the password within 15 minutes;
          reads the cluster from FILE or from the environment
      java -jar dsql-local.jar hosts [--env-file FILE]
          prints the line for the system's hosts file, for clients that need AWS's kind of name;
          takes --cluster-id, --data-dir and --region as the start does
      java -jar dsql-local.jar demo [--pace SECONDS] [--svg FILE]
          shows two sessions that meet a conflict, on a cluster of its own; --svg writes a picture
      java -jar dsql-local.jar limits | faults
          prints the names for --limits and the lines for the file of --faults
      java -jar dsql-local.jar conformance --endpoint HOST[:PORT] [OPTIONS]
          plays the scripts of docs/fidelity.md on a cluster, real or local; see its --help
      java -jar dsql-local.jar --help | --version
      """;

  private static final String CONFORMANCE =
      """
      java -jar dsql-local.jar conformance --endpoint HOST[:PORT] [OPTIONS]
          plays the scripts of docs/fidelity.md in a schema of its own, which it drops again, and
          reports the differences; prints its plan first
          --region R, --profile P
                            as for the AWS CLI; keys come from the environment, from ~/.aws or from
                            a credential_process there. For SSO and assumed roles:
                            eval "$(aws configure export-credentials --format env)"
          --user ROLE       database role; default: admin
          --role-for ARN    also plays scripts that need a second role: makes a role, lets this
                            principal, whose keys are used, log in as it, and drops it again
          --only ROWS       rows such as limits.rows,occ
          --report FILE     writes FILE in Markdown, and the same in JSON beside it
          --record FILE     writes all answers in the form that the tests of dsql-local read
          --slow            also plays scripts that take minutes, or an hour
          --yes             does not ask before an endpoint that is not on this machine
          --ca FILE         certificates to trust, in PEM; default: those of the JDK
          --answer-limit SECONDS
                            longest time for an answer; default: 30
          --password-env VAR
                            logs in with the password in VAR, to compare with a PostgreSQL
          ends with 0 if all is as docs/fidelity.md says, with 3 if not, with 1 if the run failed
      """;

  private Usage() {}

  static String conformance() {
    return CONFORMANCE;
  }

  static String text() {
    return TEXT;
  }

  static String limits() {
    StringBuilder lines = new StringBuilder("--limits NAME=N,NAME=N. There are\n");
    wrap(LimitList.names(), "", lines);
    return lines.toString();
  }

  static String faults() {
    StringBuilder lines =
        new StringBuilder(
            "The file of --faults has one fault a line; # begins a comment. When the cluster reads a"
                + " new version,\nits faults replace what is left of the old ones, and a copy is in"
                + " FILE.armed. There are\n");
    for (String form : ClusterFaults.fileForms()) {
      wrap(form, "    ", lines);
    }
    return lines.toString();
  }

  /**
   * Breaks lines after spaces and bars; {@code more} is added to the indent after the first line.
   */
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
