/**
 * The PostgreSQL 16 under a local cluster: binaries, prepared data directories and the server
 * process.
 *
 * <p>Nothing here knows of tokens, TLS or Aurora DSQL's dialect. Failures are {@link
 * java.io.IOException}s whose message says what was tried and what to do.
 */
@NullMarked
package io.github.dsqljava.local.postgres;

import org.jspecify.annotations.NullMarked;
