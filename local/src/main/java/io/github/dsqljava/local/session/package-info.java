/**
 * Runs the requests of one client on its PostgreSQL session. It decides on their order, their
 * savepoints, and the answers that the client sees. The logic needs only a {@code Backend}: in a
 * cluster that is a Netty channel, in tests a script.
 */
@NullMarked
package io.github.dsqljava.local.session;

import org.jspecify.annotations.NullMarked;
