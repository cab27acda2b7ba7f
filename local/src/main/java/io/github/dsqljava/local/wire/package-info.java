/**
 * The front end of a local cluster: PostgreSQL's wire protocol on Netty.
 *
 * <p>The life of a client connection, with the class that has it in hand:
 *
 * <ol>
 *   <li>{@code TlsGate}: the first bytes decide between direct TLS, SSLRequest and a refusal.
 *   <li>{@code LoginDecoder} and {@code LoginHandler}: startup packet, server name, password
 *       message, token, then {@code BackendLogin} opens a PostgreSQL session as the same role.
 *   <li>{@code ClientLeg} and {@code BackendLeg}: bytes pass both ways, with back-pressure; only
 *       the few message types that somebody has to look at are cut out by {@code MessageSplitter}.
 *       What one leg has to know of the other is in their {@code Conversation}.
 * </ol>
 *
 * <p>A {@code FaultPlan} makes logins and statements fail on demand. In place of a statement
 * PostgreSQL then gets a {@code StandIn}, whose failure comes back to the client as the fault.
 *
 * <p>Both channels of a connection live on one event loop, so nothing here needs a lock.
 */
@NullMarked
package io.github.dsqljava.local.wire;

import org.jspecify.annotations.NullMarked;
