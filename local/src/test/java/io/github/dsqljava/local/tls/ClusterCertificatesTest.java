package io.github.dsqljava.local.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.ChildProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterCertificatesTest {
  private static final String REGION = "us-east-1";
  private static final int IP_ADDRESS = 7;
  private static final int DNS_NAME = 2;

  @TempDir static Path shared;
  private static ClusterCertificates made;

  @TempDir Path temporary;
  private Path copy;

  @BeforeAll
  static void make() throws Exception {
    made = ClusterCertificates.loadOrCreate(shared, REGION);
  }

  /** Making keys takes a second, so the tests that change something do so in a copy. */
  @BeforeEach
  void copyFiles() throws Exception {
    copy = Files.createDirectory(temporary.resolve("tls"));
    for (String file : List.of("keys.p12", "ca.pem", "trust.p12")) {
      Files.copy(shared.resolve(file), copy.resolve(file));
    }
  }

  @Test
  void serverCertificate_isForLocalhostAndTheClustersOfTheRegion() throws Exception {
    X509Certificate server = made.chain().get(0);
    assertThat(server.getSubjectAlternativeNames())
        .containsExactlyInAnyOrder(
            List.of(DNS_NAME, "localhost"),
            List.of(DNS_NAME, "*.dsql.us-east-1.on.aws"),
            List.of(IP_ADDRESS, "127.0.0.1"),
            List.of(IP_ADDRESS, "0:0:0:0:0:0:0:1"));
    assertThat(server.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    assertThat(server.getBasicConstraints()).isEqualTo(-1);
    server.checkValidity();
    Duration lifetime =
        Duration.between(server.getNotBefore().toInstant(), server.getNotAfter().toInstant());
    // What Apple's clients accept.
    assertThat(lifetime).isLessThanOrEqualTo(Duration.ofDays(398));
  }

  @Test
  void chain_endsAtTheAuthority_whichSignsNoFurtherOnes() throws Exception {
    assertThat(made.chain()).hasSize(2);
    assertThat(made.chain().get(1)).isEqualTo(made.authority());
    made.chain().get(0).verify(made.authority().getPublicKey());
    made.authority().verify(made.authority().getPublicKey());
    assertThat(made.authority().getBasicConstraints()).isZero();
    assertThat(made.authority().getKeyUsage()[5]).as("keyCertSign").isTrue();
    made.authority().checkValidity();
  }

  @Test
  void bothCertificates_beginInThePast_becauseClocksDiffer() {
    Instant anHourAgo = Instant.now().minus(Duration.ofHours(1));
    assertThat(made.authority().getNotBefore()).isBefore(anHourAgo);
    assertThat(made.chain().get(0).getNotBefore()).isBefore(anHourAgo);
  }

  @Test
  void key_belongsToTheServerCertificate() throws Exception {
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(made.key());
    signature.update(new byte[] {1, 2, 3});
    byte[] signed = signature.sign();
    signature.initVerify(made.chain().get(0));
    signature.update(new byte[] {1, 2, 3});
    assertThat(signature.verify(signed)).isTrue();
  }

  @Test
  void authorityFile_isThePemOfTheAuthority() throws Exception {
    try (InputStream pem = Files.newInputStream(made.authorityFile())) {
      assertThat(CertificateFactory.getInstance("X.509").generateCertificates(pem))
          .singleElement()
          .isEqualTo(made.authority());
    }
  }

  @Test
  void trustStore_trustsTheAuthorityAlone() throws Exception {
    KeyStore store =
        KeyStore.getInstance(
            made.trustStore().toFile(), ClusterCertificates.TRUST_STORE_PASSWORD.toCharArray());
    assertThat(store.getType()).isEqualToIgnoringCase("PKCS12");
    assertThat(Collections.list(store.aliases())).hasSize(1);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    assertThat(((X509TrustManager) trust.getTrustManagers()[0]).getAcceptedIssuers())
        .containsExactly(made.authority());
  }

  @Test
  void load_ofWhatIsComplete_needsNothingElse() throws Exception {
    ClusterCertificates loaded = ClusterCertificates.load(copy, REGION).orElseThrow();
    assertThat(loaded.chain()).isEqualTo(made.chain());
    assertThat(loaded.key()).isEqualTo(made.key());
    assertThat(copy.toFile().list()).hasSize(3);
    assertThat(ClusterCertificates.load(copy, "eu-west-1")).isEmpty();
    assertThat(ClusterCertificates.load(temporary, REGION)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ca.pem", "trust.p12"})
  void load_ofWhatIsIncompleteOrBroken_isEmptyAndTheNextCreateMendsIt(String file)
      throws Exception {
    Files.delete(copy.resolve(file));
    assertThat(ClusterCertificates.load(copy, REGION)).isEmpty();
    Files.writeString(copy.resolve(file), "half");
    assertThat(ClusterCertificates.load(copy, REGION)).isEmpty();
    ClusterCertificates.loadOrCreate(copy, REGION);
    assertThat(ClusterCertificates.load(copy, REGION)).isPresent();
  }

  /** As earlier versions made them. */
  @Test
  void serverCertificate_withoutAddresses_isRenewedUnderTheSameAuthority() throws Exception {
    Path store = copy.resolve("keys.p12");
    keytool(store, "-delete", "-alias", "server-" + REGION);
    keytool(
        store,
        "-genkeypair",
        "-alias",
        "server-" + REGION,
        "-signer",
        "ca",
        "-dname",
        "CN=localhost",
        "-ext",
        "san=dns:localhost",
        "-keyalg",
        "EC");
    assertThat(ClusterCertificates.load(copy, REGION)).isEmpty();
    ClusterCertificates renewed = ClusterCertificates.loadOrCreate(copy, REGION);
    assertThat(renewed.authority()).isEqualTo(made.authority());
    assertThat(renewed.chain().get(0).getSubjectAlternativeNames())
        .contains(List.of(IP_ADDRESS, "127.0.0.1"));
  }

  private static void keytool(Path store, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", "dsql-local"));
    try (ChildProcess keytool = ChildProcess.start(new ProcessBuilder(command))) {
      assertThat(keytool.awaitExit()).as("%s", keytool.lines()).isZero();
    }
  }

  @Test
  void loadAgain_changesNothing() throws Exception {
    FileTime before = Files.getLastModifiedTime(copy.resolve("keys.p12"));
    ClusterCertificates again = ClusterCertificates.loadOrCreate(copy, REGION);
    assertThat(again.authority()).isEqualTo(made.authority());
    assertThat(again.chain()).isEqualTo(made.chain());
    assertThat(again.key()).isEqualTo(made.key());
    assertThat(Files.getLastModifiedTime(copy.resolve("keys.p12"))).isEqualTo(before);
  }

  @Test
  void anotherRegion_getsACertificateOfTheSameAuthorityBesideTheFirst() throws Exception {
    ClusterCertificates other = ClusterCertificates.loadOrCreate(copy, "eu-west-1");
    assertThat(other.authority()).isEqualTo(made.authority());
    assertThat(other.chain().get(0).getSubjectAlternativeNames())
        .contains(List.of(DNS_NAME, "*.dsql.eu-west-1.on.aws"));
    other.chain().get(0).verify(made.authority().getPublicKey());
    assertThat(ClusterCertificates.loadOrCreate(copy, REGION).chain()).isEqualTo(made.chain());
    assertThat(copy.toFile().list()).hasSize(3);
  }

  @Test
  void serverCertificate_aboutToExpire_isRenewedUnderTheSameAuthority() throws Exception {
    Instant end = made.chain().get(0).getNotAfter().toInstant();
    InstantSource before = InstantSource.fixed(end.minus(Duration.ofDays(31)));
    assertThat(ClusterCertificates.loadOrCreate(copy, REGION, before).chain())
        .isEqualTo(made.chain());
    InstantSource after = InstantSource.fixed(end.minus(Duration.ofDays(29)));
    ClusterCertificates renewed = ClusterCertificates.loadOrCreate(copy, REGION, after);
    assertThat(renewed.authority()).isEqualTo(made.authority());
    assertThat(renewed.chain().get(0)).isNotEqualTo(made.chain().get(0));
    renewed.chain().get(0).verify(made.authority().getPublicKey());
  }

  @Test
  void authority_aboutToExpire_isReplacedWithAllItHasSigned() throws Exception {
    Instant end = made.authority().getNotAfter().toInstant();
    InstantSource late = InstantSource.fixed(end.minus(Duration.ofDays(29)));
    ClusterCertificates replaced = ClusterCertificates.loadOrCreate(copy, REGION, late);
    assertThat(replaced.authority().getSubjectX500Principal())
        .isNotEqualTo(made.authority().getSubjectX500Principal());
    replaced.chain().get(0).verify(replaced.authority().getPublicKey());
    assertThat(Files.readString(replaced.authorityFile()))
        .isNotEqualTo(Files.readString(made.authorityFile()));
  }

  @Test
  void brokenKeyStore_isNamedAndLeftAlone() throws Exception {
    Path store = copy.resolve("keys.p12");
    byte[] half = Arrays.copyOf(Files.readAllBytes(store), 400);
    Files.write(store, half);
    assertThatThrownBy(() -> ClusterCertificates.loadOrCreate(copy, REGION))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(store.toString())
        .hasMessageContaining("delete that file");
    assertThat(store).hasBinaryContent(half);
  }

  @Test
  void emptyKeyStore_isNamed() throws Exception {
    Path store = Files.write(copy.resolve("keys.p12"), new byte[0]);
    assertThatThrownBy(() -> ClusterCertificates.loadOrCreate(copy, REGION))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(store.toString());
  }

  @Test
  void leftOverOfAKilledJvm_isNoObstacle() throws Exception {
    Files.createDirectory(copy.resolve("unfinished"));
    Files.writeString(copy.resolve("unfinished/keys.p12"), "half");
    ClusterCertificates.loadOrCreate(copy, "eu-west-1");
    assertThat(copy.resolve("unfinished")).doesNotExist();
  }

  @Test
  void missingPem_isWrittenAgain() throws Exception {
    Files.delete(copy.resolve("ca.pem"));
    assertThat(ClusterCertificates.loadOrCreate(copy, REGION).authorityFile())
        .hasSameTextualContentAs(made.authorityFile());
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void keys_areReadableForTheirOwnerAlone() throws Exception {
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(shared.resolve("keys.p12"))))
        .isEqualTo("rw-------");
    ClusterCertificates.loadOrCreate(copy, "eu-west-1");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(copy.resolve("keys.p12"))))
        .isEqualTo("rw-------");
  }

  @Test
  void toString_hidesTheKey() {
    assertThat(made.toString()).matches("ClusterCertificates\\[CN=dsql-local CA [0-9a-f]{8}\\]");
  }
}
