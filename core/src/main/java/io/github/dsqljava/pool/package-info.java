/**
 * A connection pool made for the limits of Aurora DSQL, without a driver: it decides when to open,
 * hand out, retire and close connections; what a connection is and how it is opened is a {@link
 * io.github.dsqljava.pool.ConnectionSource}'s business.
 */
@NullMarked
package io.github.dsqljava.pool;

import org.jspecify.annotations.NullMarked;
