package io.github.dsqljava.local.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/**
 * A way to PostgreSQL past everything that makes it Aurora DSQL, for measurements beside it:
 * anybody on this machine may log in as anybody, over TLS.
 *
 * @param port of 127.0.0.1
 * @param chain of certificates, the server's own first
 * @param key of the first certificate
 */
public record DirectPort(int port, List<X509Certificate> chain, PrivateKey key) {
  /** Copies the chain. */
  public DirectPort {
    chain = List.copyOf(chain);
  }

  /** Writes what the server needs into its data directory; returns its settings. */
  List<String> prepare(Path data, ServerAccount account) throws IOException {
    StringBuilder certificates = new StringBuilder();
    try {
      for (X509Certificate certificate : chain) {
        certificates.append(pem("CERTIFICATE", certificate.getEncoded()));
      }
    } catch (CertificateEncodingException e) {
      throw new IOException("a certificate cannot be written", e);
    }
    write(data.resolve("direct.crt"), certificates.toString(), account);
    write(data.resolve("direct.key"), pem("PRIVATE KEY", key.getEncoded()), account);
    return List.of(
        "listen_addresses=127.0.0.1",
        "port=" + port,
        "ssl=on",
        "ssl_cert_file=direct.crt",
        "ssl_key_file=direct.key");
  }

  private static void write(Path file, String text, ServerAccount account) throws IOException {
    Files.writeString(file, text, StandardCharsets.US_ASCII);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    account.own(file);
  }

  private static String pem(String type, byte[] content) {
    String lines =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(content);
    return "-----BEGIN " + type + "-----\n" + lines + "\n-----END " + type + "-----\n";
  }
}
