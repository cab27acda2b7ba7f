package io.github.dsqljava.spi;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.InvalidConfigurationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The certificate authorities a connection trusts: the JDK's, or those of one PEM file instead.
 *
 * <pre>{@code
 * TrustManagerFactory trust = TrustedCertificates.of(config);
 * }</pre>
 *
 * <p>Reads files; call it once per connector and not on an event loop.
 */
public final class TrustedCertificates {

  private static final Pattern PEM_CERTIFICATE =
      Pattern.compile("-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\\s]*)-----END CERTIFICATE-----");

  private TrustedCertificates() {}

  /**
   * The authorities for a configuration: those of {@link DsqlConfig#caFile()}, or else the JDK's
   * (which include Amazon Root CA 1, under which Aurora DSQL's certificates stand).
   *
   * @throws InvalidConfigurationException if the file cannot be read, holds no certificate, or
   *     holds a damaged one
   */
  public static TrustManagerFactory of(DsqlConfig config) {
    try {
      Path file = config.caFile().orElse(null);
      return factory(file == null ? null : read(file));
    } catch (GeneralSecurityException | IOException e) {
      throw new InvalidConfigurationException(
          "This JVM cannot set up its trusted certificates; check its cacerts file and the system"
              + " property javax.net.ssl.trustStore",
          e);
    }
  }

  private static TrustManagerFactory factory(@Nullable KeyStore store)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store); // null stands for the JDK's own store
    return factory;
  }

  private static KeyStore read(Path file) throws GeneralSecurityException, IOException {
    String text;
    try {
      // Only the base64 parts matter, and those are ASCII; Latin-1 reads any byte around them.
      text = Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new InvalidConfigurationException(
          "Setting caFile: cannot read " + file + "; give a readable PEM file", e);
    }
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    CertificateFactory x509 = CertificateFactory.getInstance("X.509");
    Matcher certificates = PEM_CERTIFICATE.matcher(text);
    int count = 0;
    while (certificates.find()) {
      count++;
      try {
        byte[] der = Base64.getMimeDecoder().decode(certificates.group(1));
        store.setCertificateEntry(
            "ca-" + count, x509.generateCertificate(new ByteArrayInputStream(der)));
      } catch (CertificateException | IllegalArgumentException e) {
        throw new InvalidConfigurationException(
            "Setting caFile: certificate " + count + " in " + file + " is damaged", e);
      }
    }
    if (count == 0) {
      throw new InvalidConfigurationException(
          "Setting caFile: no certificate in "
              + file
              + "; it must be PEM, with lines -----BEGIN CERTIFICATE-----");
    }
    return store;
  }
}
