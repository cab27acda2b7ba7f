/**
 * Optimistic concurrency on PostgreSQL: what stands between a logged-in client and its PostgreSQL
 * session, so that nobody ever waits for anybody else's lock and the first to commit wins; and the
 * dialect on the wire: what the service refuses is made to fail in PostgreSQL.
 */
@NullMarked
package io.github.dsqljava.local.session;

import org.jspecify.annotations.NullMarked;
