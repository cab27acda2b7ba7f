package io.github.dsqljava.local.frontend;

import io.github.dsqljava.local.dialect.Refusal;
import io.github.dsqljava.local.iam.TokenVerdict;
import io.github.dsqljava.local.iam.TokenVerdict.Reason;

/**
 * The reason of a refused login and its remedy, for the log of the local cluster. The log may say
 * more than the service tells a client.
 */
final class Remedies {
  static final String PLAINTEXT = "it asked for no TLS; set sslmode=verify-full or its like";
  static final String NO_USER = "it named no role; set user, admin for example";
  static final String SYSTEM_ROLE = "this role is PostgreSQL's superuser; use admin";
  static final String UNREACHABLE =
      "PostgreSQL behind this cluster has ended or refuses; the log above may say why";
  static final String OURS = "dsql-local could not begin a session; the log above says why";
  static final String FAULT = "an armed fault refuses it; disarm the fault";
  static final String TOO_FAST =
      "more connections a second than the limit allows; use a pool, or raise the limits";
  static final String TOO_MANY =
      "the limit of open connections is reached; close some, or raise the limits";
  static final String NO_ALPN =
      "direct TLS without ALPN \"postgresql\"; set that protocol in the TLS settings of the client,"
          + " or let it send an SSLRequest (sslnegotiation=postgres)";
  static final String PROTOCOL =
      "this is not how PostgreSQL's protocol begins; the client may be meant for another server";
  static final String PROTOCOL_VERSION = "use a client that speaks version 3 of the protocol";
  static final String SLOW = "the login took longer than the login timeout";

  private Remedies() {}

  static String noServerName(Cluster cluster) {
    return "it sent no TLS server name, which many clients do for an address, and a JVM for a name"
        + " without a dot; "
        + nameHint(cluster);
  }

  /** Returns the hint that the client gets, too; the service has no such hint. */
  static String nameHint(Cluster cluster) {
    return "Connect to "
        + cluster.host()
        + " by the line \"127.0.0.1 "
        + cluster.host()
        + "\" in the hosts file (libpq: with PGHOSTADDR=127.0.0.1; pgjdbc: DsqlLocal.jdbcUrl() or"
        + " LoopbackSocketFactory; most others: to localhost), or start dsql-local with --sni"
        + " optional, in Java serverNameRequired(false).";
  }

  static String trust(Cluster cluster) {
    return "the client has to trust "
        + cluster.authorityFile()
        + " (a JVM without PEM: trust.p12 beside it), and to connect to "
        + cluster.host()
        + ", localhost or 127.0.0.1";
  }

  static String otherServerName(Cluster cluster, String serverName) {
    return "its TLS server name is "
        + LogText.printable(serverName)
        + "; this cluster is "
        + cluster.host()
        + ", localhost and 127.0.0.1";
  }

  static String otherCluster(Cluster cluster, String asked) {
    return "its option amzn-cluster-id is "
        + LogText.printable(asked)
        + "; this cluster is "
        + cluster.id();
  }

  static String otherDatabase() {
    return "a cluster has one database; set it to " + Cluster.DATABASE;
  }

  static String setting(Refusal refusal) {
    return refusal.message() + "; leave it out of the connection's properties and options";
  }

  static String notMapped(String user, String arn) {
    return "the role is not mapped to the token's signer; as admin: AWS IAM GRANT "
        + user
        + " TO '"
        + arn
        + "'";
  }

  static String token(TokenVerdict.Refused refused, Cluster cluster) {
    return refused.diagnosis() + "; " + remedy(refused.reason(), cluster);
  }

  private static String remedy(Reason reason, Cluster cluster) {
    return switch (reason) {
      case MALFORMED ->
          "the password has to be a token: of an AWS SDK's DsqlSigner or of \"dsql-local token\"";
      case UNKNOWN_ACCESS_KEY, SIGNATURE_MISMATCH ->
          "sign with the keys of this cluster: read its environment file again, and look whether"
              + " the AWS SDK takes a profile instead";
      case SESSION_TOKEN_MISMATCH ->
          "set or unset AWS_SESSION_TOKEN as the key of this cluster demands";
      case WRONG_SERVICE -> "sign for the service dsql";
      case WRONG_REGION -> "set the signer's Region, AWS_REGION for example";
      case WRONG_HOST -> "sign for " + cluster.host() + " or localhost, without a port";
      case LIFETIME_TOO_LONG -> "sign for a week at most";
      case NOT_YET_VALID -> "compare the clocks of both sides";
      case EXPIRED -> "make a token for each new connection, not one for all";
      case WRONG_ACTION ->
          "admin needs DbConnectAdmin (generateDbConnectAdminAuthToken), every other role DbConnect";
      case NOT_AUTHORIZED -> "sign as a principal that may";
    };
  }
}
