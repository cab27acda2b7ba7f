/**
 * The front end of a local cluster: PostgreSQL's wire protocol on Netty.
 *
 * <p>The life of a client connection, with the class that has it in hand:
 *
 * <ol>
 *   <li>{@code TlsGate}: the first bytes decide between direct TLS, SSLRequest and a refusal.
 *   <li>{@code LoginDecoder} and {@code LoginHandler}: startup packet, server name, password
 *       message, token, then {@code BackendLogin} opens a PostgreSQL session as the same role.
 *   <li>{@code ClientLeg} and {@code BackendLeg}: bytes pass both ways, with back-pressure. What
 *       they mean is the business of the session between them, which this package does not know.
 * </ol>
 *
 * <p>Both channels of a connection live on one event loop, so nothing here needs a lock.
 */
@NullMarked
package io.github.dsqljava.local.frontend;

import org.jspecify.annotations.NullMarked;
