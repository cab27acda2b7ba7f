package io.github.dsqljava.pool;

import io.github.dsqljava.spi.pool.AsyncPool;

/** Why a pool gave up a connection. */
public enum CloseReason {
  /** It approached the age at which Aurora DSQL cuts connections. */
  LIFETIME,
  /** No caller needed it within the idle timeout. */
  IDLE,
  /** {@link AsyncPool#expireConnections()} was called. */
  EXPIRED,
  /** The server closed it, or the network failed. */
  LOST,
  /** It was given back in a state that is unsafe for the next caller. */
  BROKEN,
  /** The pool is closed. */
  POOL_CLOSED
}
