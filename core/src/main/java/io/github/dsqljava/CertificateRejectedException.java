package io.github.dsqljava;

import org.jspecify.annotations.Nullable;

/**
 * The server's certificate did not pass verification, so the client sent it no data. The message
 * distinguishes an unknown certificate authority, a certificate for another name, and an expired
 * one.
 *
 * <pre>{@code
 * DsqlConfig.builder().endpoint("localhost").region("us-east-1").caFile(Path.of("ca.pem")).build();
 * }</pre>
 *
 * is the usual remedy for a server that is not signed by a public authority, such as a local one.
 * Verification cannot be switched off.
 */
public final class CertificateRejectedException extends DsqlException {

  private static final long serialVersionUID = 1L;

  /**
   * Made by an adapter when a login fails.
   *
   * @param message the event, its place and the remedy
   * @param cause the failure of the driver or the SDK, or null
   */
  public CertificateRejectedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
