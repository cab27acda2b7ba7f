/** A PostgreSQL client of few parts, which keeps every word that a server says. */
@NullMarked
package io.github.dsqljava.local.conformance.wire;

import org.jspecify.annotations.NullMarked;
