package io.github.dsqljava.local.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The certificates a local cluster shows: a server certificate for {@code localhost} and {@code
 * *.dsql.<region>.on.aws}, issued by a certificate authority that stays the same for one cache
 * directory, so that clients can pin it.
 *
 * <p>Keys are made by the JDK's own {@code keytool}; the JDK has no public API for it.
 *
 * @param authority certificate of the authority
 * @param authorityFile PEM file with that certificate
 * @param chain server certificate first
 * @param key private key of the server certificate
 */
public record ClusterCertificates(
    X509Certificate authority, Path authorityFile, List<X509Certificate> chain, PrivateKey key) {

  private static final String AUTHORITY = "ca";
  // PKCS12 wants a password; what protects the file is its permissions.
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
   * Loads the certificates for a region from a directory; makes what is missing or about to expire.
   * Not safe for concurrent use of one directory: hold a lock.
   */
  public static ClusterCertificates loadOrCreate(Path directory, String region) throws IOException {
    return loadOrCreate(directory, region, InstantSource.system());
  }

  /** The clock decides what is about to expire; new certificates begin at the system's time. */
  static ClusterCertificates loadOrCreate(Path directory, String region, InstantSource clock)
      throws IOException {
    Files.createDirectories(directory);
    Path storeFile = directory.resolve("keys.p12");
    Path authorityFile = directory.resolve("ca.pem");
    String server = "server-" + region;
    try {
      @Nullable KeyStore store = Files.exists(storeFile) ? load(storeFile) : null;
      if (store == null || expiresSoon(store, AUTHORITY, clock)) {
        change(storeFile, /* keep= */ false, made -> createAuthority(made));
        store = load(storeFile);
      }
      if (!store.containsAlias(server) || expiresSoon(store, server, clock)) {
        boolean replace = store.containsAlias(server);
        change(
            storeFile,
            /* keep= */ true,
            made -> createServerCertificate(made, replace, server, region));
        store = load(storeFile);
      }
      X509Certificate authority = (X509Certificate) store.getCertificate(AUTHORITY);
      writePem(authorityFile, authority);
      List<X509Certificate> chain = new ArrayList<>();
      for (Certificate certificate : store.getCertificateChain(server)) {
        chain.add((X509Certificate) certificate);
      }
      return new ClusterCertificates(
          authority, authorityFile, chain, (PrivateKey) store.getKey(server, STORE_PASSWORD));
    } catch (GeneralSecurityException e) {
      throw unreadable(storeFile, e);
    }
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
   * Puts a changed key store in place in one step: keytool is not atomic, and what it makes is
   * readable for everybody at first.
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
        "san=dns:localhost,dns:*.dsql." + region + ".on.aws",
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

  private static void writePem(Path file, X509Certificate certificate)
      throws IOException, GeneralSecurityException {
    String pem =
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
            + "\n-----END CERTIFICATE-----\n";
    if (Files.exists(file) && Files.readString(file).equals(pem)) {
      return;
    }
    Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    Files.writeString(unfinished, pem);
    Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
  }
}
