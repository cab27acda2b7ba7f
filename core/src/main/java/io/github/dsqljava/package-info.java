/**
 * The driver-free part of the Aurora DSQL connector: which cluster ({@link
 * io.github.dsqljava.ClusterEndpoint}), how to connect ({@link io.github.dsqljava.DsqlConfig}),
 * with which token ({@link io.github.dsqljava.TokenSource}), trusting whom ({@link
 * io.github.dsqljava.TrustedCertificates}), and what a failure means ({@link
 * io.github.dsqljava.ConnectFailures}).
 *
 * <p>An adapter for a driver, such as {@code dsql-vertx}, joins these parts; most programs only
 * meet {@code DsqlConfig} and the exceptions.
 */
@NullMarked
package io.github.dsqljava;

import org.jspecify.annotations.NullMarked;
