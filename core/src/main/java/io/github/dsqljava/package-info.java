/**
 * The driver-free part of the Aurora DSQL connector, as a program meets it: which cluster ({@link
 * io.github.dsqljava.ClusterEndpoint}), how to connect ({@link io.github.dsqljava.DsqlConfig}), and
 * what a failure means ({@link io.github.dsqljava.DsqlException} and its subclasses).
 *
 * <p>What only an adapter for a driver needs is in {@link io.github.dsqljava.spi}.
 */
@NullMarked
package io.github.dsqljava;

import org.jspecify.annotations.NullMarked;
