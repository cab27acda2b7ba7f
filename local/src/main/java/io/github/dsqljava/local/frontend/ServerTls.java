package io.github.dsqljava.local.frontend;

import io.github.dsqljava.local.tls.ClusterCertificates;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.cert.X509Certificate;

/**
 * The front end's side of a TLS handshake.
 *
 * @param certificates the cluster's
 * @param context TLS 1.2 and 1.3, ALPN {@code postgresql}
 */
public record ServerTls(ClusterCertificates certificates, SslContext context) {
  private static final String ALPN = "postgresql";

  /** Prepares TLS with the cluster's certificates. */
  public static ServerTls of(ClusterCertificates certificates) throws IOException {
    SslContext context =
        SslContextBuilder.forServer(
                certificates.key(), certificates.chain().toArray(new X509Certificate[0]))
            .sslProvider(SslProvider.JDK)
            .protocols("TLSv1.3", "TLSv1.2")
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.FATAL_ALERT,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.FATAL_ALERT,
                    ALPN))
            .build();
    return new ServerTls(certificates, context);
  }
}
