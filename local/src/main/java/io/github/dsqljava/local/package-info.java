/**
 * A local Aurora DSQL, inside the JVM: {@link io.github.dsqljava.local.DsqlLocal}.
 *
 * <p>It shares no code with the connector: the code here that checks a client's tokens and TLS was
 * written without looking at the code there that makes them.
 */
@NullMarked
package io.github.dsqljava.local;

import org.jspecify.annotations.NullMarked;
