package io.github.dsqljava.local;

import java.util.Set;

/**
 * The names of a cluster.
 *
 * @param id 26 characters
 * @param region for example {@code us-east-1}
 */
record ClusterIdentity(String id, String region) {
  static final String LOCALHOST = "localhost";
  static final String LOOPBACK = "127.0.0.1";

  // The account number AWS uses in its documentation.
  private static final String ACCOUNT = "123456789012";

  /** The principal that every cluster knows from the start. */
  static final String PRINCIPAL_ARN = "arn:aws:iam::" + ACCOUNT + ":user/dsql-local";

  /** The host name it would have on the service. */
  String serviceHost() {
    return id + ".dsql." + region + ".on.aws";
  }

  /** The names that clients connect to and sign tokens for, including both notations of ::1. */
  Set<String> hosts() {
    return Set.of(LOCALHOST, LOOPBACK, "::1", "[::1]", serviceHost());
  }

  String arn() {
    return "arn:aws:dsql:" + region + ":" + ACCOUNT + ":cluster/" + id;
  }
}
