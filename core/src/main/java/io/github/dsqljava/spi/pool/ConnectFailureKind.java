package io.github.dsqljava.spi.pool;

import io.github.dsqljava.AccessDeniedException;
import io.github.dsqljava.ClusterUnreachableException;
import io.github.dsqljava.ConnectionRejectedException;

/** What a pool does about a connection that could not be opened. */
public enum ConnectFailureKind {
  /**
   * The cluster has too many connections (53300), admits no more for now (53400) or is waking up:
   * pause, then try again; callers keep waiting until their own deadline.
   */
  OVERLOADED,
  /** The network or the server did not answer: as {@link #OVERLOADED}. */
  UNREACHABLE,
  /** The token's time was over: try once more, with fresh credentials. */
  TOKEN_EXPIRED,
  /** Waiting does not help: credentials, permissions, certificate, unknown host, a failed hook. */
  LASTING;

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
    return LASTING;
  }
}
