/**
 * The connector for Aurora DSQL on the Vert.x PostgreSQL client. {@link
 * io.github.dsqljava.vertx.DsqlConnector} is the way in; what it hands out are Vert.x's own {@code
 * SqlConnection} and {@code Pool}.
 */
@NullMarked
package io.github.dsqljava.vertx;

import org.jspecify.annotations.NullMarked;
