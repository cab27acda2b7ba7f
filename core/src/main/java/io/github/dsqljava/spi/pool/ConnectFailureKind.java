package io.github.dsqljava.spi.pool;

import io.github.dsqljava.AccessDeniedException;
import io.github.dsqljava.ClusterUnreachableException;
import io.github.dsqljava.ConnectionRejectedException;
import io.github.dsqljava.DsqlException;

/** The kind of a failure to open a connection, which decides how the pool reacts. */
public enum ConnectFailureKind {
  /**
   * The cluster has too many connections (53300), admits no more for now (53400) or is waking up:
   * pause, then try again; callers keep waiting until their own deadline.
   */
  OVERLOADED,
  /** The network or the server did not answer: as {@link #OVERLOADED}. */
  UNREACHABLE,
  /** The token had expired: try once more, with fresh credentials; then as {@link #LASTING}. */
  TOKEN_EXPIRED,
  /**
   * Waiting does not help, and other attempts would fail, too: credentials, permissions,
   * certificate, unknown host. All callers fail, unless an open connection may come back; then
   * pause.
   */
  LASTING,
  /**
   * Another failure, which may concern this connection only, such as a failed init hook: one caller
   * fails, unless an open connection may come back; then pause.
   */
  UNEXPECTED;

  /** Returns the kind of a failure to connect. */
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
