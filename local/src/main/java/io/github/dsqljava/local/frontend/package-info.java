/**
 * The front end of a local cluster: PostgreSQL's wire protocol on Netty.
 *
 * <p>The life of a client connection, and the classes that handle it:
 *
 * <ol>
 *   <li>{@code TlsGate}: the first bytes decide between direct TLS, SSLRequest and a refusal.
 *   <li>{@code LoginDecoder} and {@code LoginHandler}: startup packet, server name, password
 *       message, token, then {@code BackendLogin} opens a PostgreSQL session as the same role.
 *   <li>{@code ClientLeg} and {@code BackendLeg}: bytes pass both ways, with back-pressure. The
 *       session between them reads their messages; this package does not know it.
 * </ol>
 *
 * <p>Both channels of a connection live on one event loop, so nothing here needs a lock.
 */
@NullMarked
package io.github.dsqljava.local.frontend;

import org.jspecify.annotations.NullMarked;
