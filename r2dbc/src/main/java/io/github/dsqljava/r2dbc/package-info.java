/**
 * The connector for R2DBC, on r2dbc-postgresql: {@link io.github.dsqljava.r2dbc.DsqlR2dbc} is a
 * {@link io.r2dbc.spi.ConnectionFactory} whose connections come from a pool made for Aurora DSQL,
 * and runs transactions and batches.
 */
@NullMarked
package io.github.dsqljava.r2dbc;

import org.jspecify.annotations.NullMarked;
