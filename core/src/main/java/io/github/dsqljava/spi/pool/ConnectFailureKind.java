package io.github.dsqljava.spi.pool;

import io.github.dsqljava.AccessDeniedException;
import io.github.dsqljava.ClusterUnreachableException;
import io.github.dsqljava.ConnectionRejectedException;
import io.github.dsqljava.DsqlException;

/** What a pool does about a connection that could not be opened. */
public enum ConnectFailureKind {
  /**
   * The cluster has too many connections (53300), admits no more for now (53400) or is waking up:
   * pause, then try again; callers keep waiting until their own deadline.
   */
  OVERLOADED,
  /** The network or the server did not answer: as {@link #OVERLOADED}. */
  UNREACHABLE,
  /** The token's time was over: try once more, with fresh credentials; then as {@link #LASTING}. */
  TOKEN_EXPIRED,
  /**
   * Waiting does not help, and nobody fares better: credentials, permissions, certificate, unknown
   * host. All callers fail, unless a connection is open that may come back; then pause.
   */
  LASTING,
  /**
   * Something else, which may concern this connection only, such as a failed init hook: one caller
   * fails, unless a connection is open that may come back; then pause.
   */
  UNEXPECTED;

  /** The kind of a failure to connect. */
  public static ConnectFailureKind of(Throwable failure) {
    if (failure instanceof ConnectionRejectedException rejected) {
      return rejected.isTemporary() ? OVERLOADED : LASTING;
    }
    if (failure instanceof ClusterUnreachableException) {
      return UNREACHABLE;
    }
    if (failure instanceof AccessDeniedException denied) {
      return denied.isTokenExpired() ? TOKEN_EXPIRED : LASTING;
    }
    return failure instanceof DsqlException ? LASTING : UNEXPECTED;
  }
}
