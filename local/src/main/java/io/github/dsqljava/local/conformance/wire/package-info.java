/** A small PostgreSQL client that keeps every message of the server. */
@NullMarked
package io.github.dsqljava.local.conformance.wire;

import org.jspecify.annotations.NullMarked;
