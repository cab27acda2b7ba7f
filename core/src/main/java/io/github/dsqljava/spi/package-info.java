/**
 * The base of adapters for drivers, such as {@code dsql-vertx}. A program that uses an adapter does
 * not need it.
 *
 * <p>Login: {@link io.github.dsqljava.spi.TokenSource} gives a token for each connection, {@link
 * io.github.dsqljava.spi.TrustedCertificates} the authorities that TLS trusts, {@link
 * io.github.dsqljava.spi.SessionParameters} the startup packet, and {@link
 * io.github.dsqljava.spi.ConnectFailures} turns a failure into an exception that says what to do.
 *
 * <p>Work: {@link io.github.dsqljava.spi.RetrySequence} decides when a transaction runs again,
 * {@link io.github.dsqljava.spi.CommitErrors} whether an error at COMMIT leaves the outcome open,
 * and {@link io.github.dsqljava.spi.BatchPlan} cuts rows into transactions. They are pure
 * decisions, without a driver and without threads. The pool has a package of its own, {@link
 * io.github.dsqljava.spi.pool}.
 *
 * <p>This package uses the packages of users; they do not use this one.
 */
@NullMarked
package io.github.dsqljava.spi;

import org.jspecify.annotations.NullMarked;
