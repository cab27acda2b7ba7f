/**
 * A connection pool made for the limits of Aurora DSQL, for adapters: {@link
 * io.github.dsqljava.spi.pool.AsyncPool} decides when to open, hand out, retire and close
 * connections. An adapter's {@link io.github.dsqljava.spi.pool.ConnectionSource} opens, checks and
 * closes connections.
 */
@NullMarked
package io.github.dsqljava.spi.pool;

import org.jspecify.annotations.NullMarked;
