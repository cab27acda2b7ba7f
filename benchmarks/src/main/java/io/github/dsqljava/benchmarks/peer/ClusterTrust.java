package io.github.dsqljava.benchmarks.peer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.postgresql.ssl.WrappedFactory;

/**
 * Stands in for pgjdbc's {@code DefaultJavaSSLFactory}, which takes trust from the JDK's store and
 * one TLS context for all connections, so that TLS sessions are resumed. This class trusts the
 * local cluster's authority instead of the JDK's store. pgjdbc creates it by its name.
 */
public final class ClusterTrust extends WrappedFactory {
  private static final ConcurrentMap<Path, SSLSocketFactory> FACTORIES = new ConcurrentHashMap<>();

  /**
   * For pgjdbc.
   *
   * @param caFile the value of {@code sslfactoryarg}
   */
  public ClusterTrust(String caFile) {
    factory = FACTORIES.computeIfAbsent(Path.of(caFile), ClusterTrust::create);
  }

  private static SSLSocketFactory create(Path caFile) {
    try (InputStream in = Files.newInputStream(caFile)) {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry(
          "cluster", CertificateFactory.getInstance("X.509").generateCertificate(in));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("Cannot trust " + caFile, e);
    }
  }
}
