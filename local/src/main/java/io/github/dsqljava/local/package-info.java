/**
 * A local Aurora DSQL, inside the JVM: {@link io.github.dsqljava.local.DsqlLocal}.
 *
 * <p>It shares no code with the connector: what checks a client's tokens and TLS here was written
 * without looking at what makes them there.
 */
@NullMarked
package io.github.dsqljava.local;

import org.jspecify.annotations.NullMarked;
