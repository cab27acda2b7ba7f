/**
 * The connector for Aurora DSQL on the Vert.x PostgreSQL client. A program begins with a {@link
 * io.github.dsqljava.vertx.DsqlConnector}, which makes Vert.x's own {@code SqlConnection} and
 * {@code Pool}.
 */
@NullMarked
package io.github.dsqljava.vertx;

import org.jspecify.annotations.NullMarked;
