package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.ClusterEndpoint;
import io.netty.handler.ssl.SslHandler;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/**
 * The client side of TLS for all connections of a connector. They share one {@link SSLContext}, and
 * so the sessions that let later handshakes be shorter.
 *
 * <p>Not Vert.x's own TLS client, for three reasons: it gives no handle on the socket before the
 * handshake is over, so that a deadline could not close it; its upgrade of an open socket offers no
 * ALPN; and the server name would be left to the JDK, which sends none for a name without a dot.
 */
final class TlsClient {

  /** Registered with IANA for PostgreSQL; a server insists on it in direct TLS. */
  private static final String ALPN = "postgresql";

  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  private final SSLContext context;
  private final ClusterEndpoint endpoint;
  private final boolean direct;
  private final Duration timeout;

  TlsClient(TrustManagerFactory trust, ClusterEndpoint endpoint, boolean direct, Duration timeout) {
    this.endpoint = endpoint;
    this.direct = direct;
    this.timeout = timeout;
    try {
      context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This JVM offers no TLS", e);
    }
  }

  /**
   * Returns a handler that begins the handshake as soon as it is in an active channel's pipeline.
   */
  SslHandler newHandler() {
    SSLEngine engine = context.createSSLEngine(endpoint.host(), endpoint.port());
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(PROTOCOLS);
    parameters.setEndpointIdentificationAlgorithm("HTTPS"); // the certificate must have the name
    parameters.setServerNames(List.of(new SNIHostName(endpoint.host())));
    if (direct) {
      parameters.setApplicationProtocols(new String[] {ALPN});
    }
    engine.setSSLParameters(parameters);
    SslHandler handler = new SslHandler(engine);
    handler.setHandshakeTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    return handler;
  }

  /**
   * Checks the protocol that the server agreed to. Otherwise our bytes could go to a TLS server for
   * another protocol. (libpq insists on it, too.)
   */
  void checkProtocol(SslHandler handler) throws SSLException {
    if (direct && !ALPN.equals(handler.engine().getApplicationProtocol())) {
      throw new SSLException("the server does not confirm the protocol (ALPN) postgresql");
    }
  }
}
