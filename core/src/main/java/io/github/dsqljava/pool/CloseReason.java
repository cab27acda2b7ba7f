package io.github.dsqljava.pool;

import io.github.dsqljava.spi.pool.AsyncPool;

/** Why a pool gave up a connection. */
public enum CloseReason {
  /** It came near the age at which Aurora DSQL cuts it. */
  LIFETIME,
  /** Nobody needed it for the idle timeout. */
  IDLE,
  /** {@link AsyncPool#expireConnections()} was called. */
  EXPIRED,
  /** It ended without our doing: closed by the server, or the network failed. */
  LOST,
  /** It was given back in a state in which nobody else may have it. */
  BROKEN,
  /** The pool is closed. */
  POOL_CLOSED
}
