package io.github.dsqljava.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.InvalidConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustedCertificatesTest {

  @TempDir private Path directory;

  private static DsqlConfig.Builder builder() {
    return DsqlConfig.builder().endpoint("localhost").region("us-east-1");
  }

  private static List<X509Certificate> issuers(TrustManagerFactory factory) {
    return Arrays.stream(factory.getTrustManagers())
        .map(X509TrustManager.class::cast)
        .flatMap(manager -> Arrays.stream(manager.getAcceptedIssuers()))
        .toList();
  }

  private TrustManagerFactory trust(String pem) throws IOException {
    return TrustedCertificates.of(
        builder().caFile(Files.writeString(directory.resolve("ca.pem"), pem)).build());
  }

  private static String pem(X509Certificate certificate) throws Exception {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
        + "\n-----END CERTIFICATE-----\n";
  }

  @Test
  void of_noFile_jdkStore() {
    assertThat(issuers(TrustedCertificates.of(builder().build()))).hasSizeGreaterThan(10);
  }

  @Test
  void of_noFile_jdkStoreHasAmazonRootCa1() {
    assertThat(issuers(TrustedCertificates.of(builder().build())))
        .anyMatch(
            issuer -> issuer.getSubjectX500Principal().getName().contains("Amazon Root CA 1"));
  }

  @Test
  void of_fileWithTwoCertificatesAndComments_exactlyThoseTrusted() throws Exception {
    List<X509Certificate> two =
        issuers(TrustedCertificates.of(builder().build())).stream().limit(2).toList();
    String text =
        "# first, née\n"
            + pem(two.get(0))
            + "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
            + pem(two.get(1)).replace("\n", "\r\n");
    assertThat(issuers(trust(text))).containsExactlyInAnyOrderElementsOf(two);
  }

  @Test
  void of_missingFile_refusedWithPath() {
    Path missing = directory.resolve("missing.pem");
    assertThatThrownBy(() -> TrustedCertificates.of(builder().caFile(missing).build()))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(missing.toString())
        .hasCauseInstanceOf(IOException.class);
  }

  @Test
  void of_directory_refusedWithPath() {
    assertThatThrownBy(() -> TrustedCertificates.of(builder().caFile(directory).build()))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(directory.toString());
  }

  @Test
  void of_emptyFileOrOtherText_refusedWithPath() {
    for (String text : List.of("", "hello", "-----BEGIN CERTIFICATE-----\nAAAA")) {
      assertThatThrownBy(() -> trust(text))
          .isInstanceOf(InvalidConfigurationException.class)
          .hasMessageContaining("no certificate")
          .hasMessageContaining("ca.pem");
    }
  }

  @Test
  void of_damagedSecondCertificate_refusedWithItsNumber() throws Exception {
    X509Certificate good = issuers(TrustedCertificates.of(builder().build())).get(0);
    String bad =
        pem(good).lines().filter(line -> !line.startsWith("MII")).collect(Collectors.joining("\n"));
    assertThatThrownBy(() -> trust(pem(good) + bad))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("certificate 2")
        .hasMessageContaining("ca.pem");
  }
}
