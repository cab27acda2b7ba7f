package io.github.dsqljava.local;

/**
 * Reasons for a cluster to refuse a login, each with severity FATAL. The texts are the service's:
 * those about the number of connections, with their SQLSTATEs, from the quotas chapter of the
 * Aurora DSQL User Guide, {@link #WAKING_UP} from its page about the life of a cluster, access
 * denied from AWS's guide for agents (awslabs/mcp, {@code troubleshooting.md}), with the SQLSTATE
 * of two driver logs.
 */
public enum LoginRefusal {
  /** SQLSTATE 53300, {@code Unable to accept connection, too many open connections.} */
  TOO_MANY_CONNECTIONS,
  /** SQLSTATE 53400, {@code Unable to accept connection, rate exceeded.} */
  RATE_EXCEEDED,
  /**
   * {@code unable to accept connection, waking up cluster, please retry later}: a cluster that is
   * INACTIVE. No document names the SQLSTATE; it is 08006 here, as for the other answers that begin
   * with these words.
   */
  WAKING_UP,
  /**
   * SQLSTATE 08006, {@code unable to accept connection, access denied}, with a hint that begins
   * with {@code Signature expired: }. The rest of the hint is inferred. AWS advises to try once
   * more, with a new token.
   */
  TOKEN_EXPIRED,
  /** SQLSTATE 08006, {@code unable to accept connection, access denied}, without a hint. */
  ACCESS_DENIED
}
