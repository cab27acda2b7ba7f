/**
 * Runs what one client asks for on its PostgreSQL session: in which order, guarded by which
 * savepoint, and what the client gets to see. The logic needs nothing but a {@code Backend}; in a
 * cluster that is a Netty channel, in tests a script.
 */
@NullMarked
package io.github.dsqljava.local.session;

import org.jspecify.annotations.NullMarked;
