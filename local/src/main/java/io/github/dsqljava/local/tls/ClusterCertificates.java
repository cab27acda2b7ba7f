package io.github.dsqljava.local.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of a local cluster: a server certificate for {@code localhost}, {@code
 * *.dsql.<region>.on.aws} and the loopback addresses. Its certificate authority stays the same for
 * one cache directory, so that clients can pin it.
 *
 * <p>The JDK's {@code keytool} makes the keys, because the JDK has no public API for certificates.
 *
 * @param authority certificate of the authority
 * @param authorityFile PEM file with that certificate
 * @param trustStore PKCS12 file with that certificate alone, for programs that take no PEM
 * @param chain server certificate first
 * @param key private key of the server certificate
 */
public record ClusterCertificates(
    X509Certificate authority,
    Path authorityFile,
    Path trustStore,
    List<X509Certificate> chain,
    PrivateKey key) {

  /** The password of {@link #trustStore}. It keeps nothing secret: certificates are public. */
  public static final String TRUST_STORE_PASSWORD = "dsql-local";

  private static final String AUTHORITY = "ca";
  private static final String STORE = "keys.p12";
  private static final String AUTHORITY_FILE = "ca.pem";
  private static final String TRUST_STORE = "trust.p12";
  // The addresses in a server certificate, besides the cluster's name on the service.
  private static final List<String> LOOPBACK = List.of("127.0.0.1", "::1");
  // PKCS12 requires a password; the file's permissions protect it.
  private static final char[] STORE_PASSWORD = "dsql-local".toCharArray();
  private static final Duration AUTHORITY_LIFETIME = Duration.ofDays(3650);
  // Apple's clients refuse server certificates that live longer than 398 days.
  private static final Duration SERVER_LIFETIME = Duration.ofDays(397);
  // Clocks of containers and hosts differ a little.
  private static final String START_DATE = "-1d";
  private static final Duration RENEW_BEFORE = Duration.ofDays(30);

  /** Copies the chain. */
  public ClusterCertificates {
    chain = List.copyOf(chain);
  }

  /** Hides the private key. */
  @Override
  public String toString() {
    return "ClusterCertificates[" + authority.getSubjectX500Principal() + "]";
  }

  /**
   * Loads the certificates for a region from a directory, if all are there and none is about to
   * expire. Changes nothing, so it needs no lock and no right to write.
   */
  public static Optional<ClusterCertificates> load(Path directory, String region)
      throws IOException {
    return load(directory, region, InstantSource.system());
  }

  private static Optional<ClusterCertificates> load(
      Path directory, String region, InstantSource clock) throws IOException {
    Path storeFile = directory.resolve(STORE);
    if (!Files.exists(storeFile)) {
      return Optional.empty();
    }
    try {
      KeyStore store = load(storeFile);
      String server = server(region);
      if (expiresSoon(store, AUTHORITY, clock)
          || expiresSoon(store, server, clock)
          || !servesLoopback(store, server)) {
        return Optional.empty();
      }
      X509Certificate authority = (X509Certificate) store.getCertificate(AUTHORITY);
      return holds(directory.resolve(AUTHORITY_FILE), pem(authority))
              && trusts(directory.resolve(TRUST_STORE), authority)
          ? Optional.of(of(store, directory, server))
          : Optional.empty();
    } catch (GeneralSecurityException e) {
      throw unreadable(storeFile, e);
    }
  }

  private static ClusterCertificates of(KeyStore store, Path directory, String server)
      throws GeneralSecurityException {
    List<X509Certificate> chain = new ArrayList<>();
    for (Certificate certificate : store.getCertificateChain(server)) {
      chain.add((X509Certificate) certificate);
    }
    return new ClusterCertificates(
        (X509Certificate) store.getCertificate(AUTHORITY),
        directory.resolve(AUTHORITY_FILE),
        directory.resolve(TRUST_STORE),
        chain,
        (PrivateKey) store.getKey(server, STORE_PASSWORD));
  }

  private static String server(String region) {
    return "server-" + region;
  }

  /**
   * Loads the certificates for a region from a directory; makes what is missing or about to expire.
   * Not safe for concurrent use of one directory: hold a lock.
   */
  public static ClusterCertificates loadOrCreate(Path directory, String region) throws IOException {
    return loadOrCreate(directory, region, InstantSource.system());
  }

  /**
   * The clock decides which certificates are about to expire; new ones begin at the system's time.
   */
  static ClusterCertificates loadOrCreate(Path directory, String region, InstantSource clock)
      throws IOException {
    Files.createDirectories(directory);
    Path storeFile = directory.resolve(STORE);
    String server = server(region);
    try {
      @Nullable KeyStore store = Files.exists(storeFile) ? load(storeFile) : null;
      if (store == null || expiresSoon(store, AUTHORITY, clock)) {
        change(storeFile, /* keep= */ false, made -> createAuthority(made));
        store = load(storeFile);
      }
      if (expiresSoon(store, server, clock) || !servesLoopback(store, server)) {
        boolean replace = store.containsAlias(server);
        change(
            storeFile,
            /* keep= */ true,
            made -> createServerCertificate(made, replace, server, region));
        store = load(storeFile);
      }
      X509Certificate authority = (X509Certificate) store.getCertificate(AUTHORITY);
      writePem(directory.resolve(AUTHORITY_FILE), authority);
      writeTrustStore(directory.resolve(TRUST_STORE), authority);
      return of(store, directory, server);
    } catch (GeneralSecurityException e) {
      throw unreadable(storeFile, e);
    }
  }

  /** Whether a certificate has a loopback address; earlier versions made some without. */
  private static boolean servesLoopback(KeyStore store, String alias)
      throws GeneralSecurityException {
    return store.getCertificate(alias) instanceof X509Certificate certificate
        && certificate.getSubjectAlternativeNames() != null
        && certificate.getSubjectAlternativeNames().stream().anyMatch(name -> isLoopback(name));
  }

  private static boolean isLoopback(List<?> name) {
    return LOOPBACK.contains(String.valueOf(name.get(1)));
  }

  private static IOException unreadable(Path storeFile, Exception cause) {
    return new IOException(
        "the certificates of local clusters in "
            + storeFile
            + " cannot be read ("
            + cause
            + "); delete that file, and new ones with a new authority are made",
        cause);
  }

  private interface Change {
    void apply(Path storeFile) throws IOException;
  }

  /**
   * Replaces the key store in one step: keytool does not write atomically, and everybody can read
   * its file at first.
   */
  private static void change(Path storeFile, boolean keep, Change change) throws IOException {
    Path closed = storeFile.resolveSibling("unfinished");
    Path changed = closed.resolve("keys.p12");
    Files.deleteIfExists(changed);
    Files.deleteIfExists(closed);
    Files.createDirectory(closed);
    boolean posix = Files.getFileStore(closed).supportsFileAttributeView("posix");
    if (posix) {
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    }
    try {
      if (keep) {
        Files.copy(storeFile, changed);
      }
      change.apply(changed);
      if (posix) {
        Files.setPosixFilePermissions(changed, PosixFilePermissions.fromString("rw-------"));
      }
      Files.move(changed, storeFile, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(changed);
      Files.deleteIfExists(closed);
    }
  }

  private static KeyStore load(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = new ByteArrayInputStream(Files.readAllBytes(file))) {
      store.load(in, STORE_PASSWORD);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    return store;
  }

  private static boolean expiresSoon(KeyStore store, String alias, InstantSource clock)
      throws GeneralSecurityException {
    return !(store.getCertificate(alias) instanceof X509Certificate certificate)
        || certificate.getNotAfter().toInstant().isBefore(clock.instant().plus(RENEW_BEFORE));
  }

  private static void createAuthority(Path storeFile) throws IOException {
    // A name of its own, so that the authorities of two caches can stand in one trust store.
    byte[] mark = new byte[4];
    new SecureRandom().nextBytes(mark);
    keytool(
        storeFile,
        "-genkeypair",
        "-alias",
        AUTHORITY,
        "-dname",
        "CN=dsql-local CA " + HexFormat.of().formatHex(mark),
        "-ext",
        "bc:critical=ca:true,pathlen:0",
        "-ext",
        "ku:critical=keyCertSign,cRLSign",
        "-startdate",
        START_DATE,
        "-validity",
        Long.toString(AUTHORITY_LIFETIME.toDays()));
  }

  private static void createServerCertificate(
      Path storeFile, boolean replace, String alias, String region) throws IOException {
    if (replace) {
      keytool(storeFile, "-delete", "-alias", alias);
    }
    keytool(
        storeFile,
        "-genkeypair",
        "-alias",
        alias,
        "-signer",
        AUTHORITY,
        "-dname",
        "CN=localhost",
        "-ext",
        "san=dns:localhost,dns:*.dsql."
            + region
            + ".on.aws,"
            + LOOPBACK.stream().map(address -> "ip:" + address).collect(Collectors.joining(",")),
        "-ext",
        "ku:critical=digitalSignature",
        "-ext",
        "eku=serverAuth",
        "-startdate",
        START_DATE,
        "-validity",
        Long.toString(SERVER_LIFETIME.toDays()));
  }

  private static void keytool(Path storeFile, String... arguments) throws IOException {
    Path program = Path.of(System.getProperty("java.home"), "bin", "keytool");
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(Arrays.asList(arguments));
    if (arguments[0].equals("-genkeypair")) {
      command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
    }
    command.addAll(List.of("-storetype", "PKCS12", "-keystore", storeFile.toString()));
    command.addAll(List.of("-storepass", new String(STORE_PASSWORD)));
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new IOException(
          "dsql-local makes its certificates with keytool, which every JDK and full JRE has; it"
              + " could not be started as "
              + program,
          e);
    }
    try (InputStream stdout = process.getInputStream()) {
      process.getOutputStream().close();
      // It prints a few lines at most, which a pipe holds.
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        throw new IOException("keytool has not ended after 30 s");
      }
      if (process.exitValue() != 0) {
        String output = new String(stdout.readAllBytes(), StandardCharsets.UTF_8);
        throw new IOException("keytool failed: " + output.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while keytool was running", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static String pem(X509Certificate certificate) throws GeneralSecurityException {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
        + "\n-----END CERTIFICATE-----\n";
  }

  private static boolean holds(Path file, String text) throws IOException {
    return Files.exists(file) && Files.readString(file).equals(text);
  }

  private static void writePem(Path file, X509Certificate certificate)
      throws IOException, GeneralSecurityException {
    String pem = pem(certificate);
    if (holds(file, pem)) {
      return;
    }
    Path unfinished = unfinished(file);
    Files.writeString(unfinished, pem);
    Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static Path unfinished(Path file) {
    return file.resolveSibling(file.getFileName() + ".unfinished");
  }

  private static boolean trusts(Path file, X509Certificate authority)
      throws GeneralSecurityException {
    if (!Files.exists(file)) {
      return false;
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = new ByteArrayInputStream(Files.readAllBytes(file))) {
      store.load(in, TRUST_STORE_PASSWORD.toCharArray());
    } catch (IOException e) {
      return false; // it is made again
    }
    return authority.equals(store.getCertificate(AUTHORITY));
  }

  private static void writeTrustStore(Path file, X509Certificate authority)
      throws IOException, GeneralSecurityException {
    if (trusts(file, authority)) {
      return;
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry(AUTHORITY, authority);
    Path unfinished = unfinished(file);
    try (OutputStream out = Files.newOutputStream(unfinished)) {
      store.store(out, TRUST_STORE_PASSWORD.toCharArray());
    }
    Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
  }
}
