package io.github.dsqljava.local.iam;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Correctly signed tokens for tests of other packages, also such as no honest signer makes. */
public final class AnyToken {
  private AnyToken() {}

  /** For admin at localhost, signed now. */
  public static String of(IamPrincipal principal, Duration lifetime) {
    String time =
        DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'")
            .withZone(ZoneOffset.UTC)
            .format(Instant.now());
    return new TestSigner(principal)
        .admin()
        .host("localhost")
        .scope(time.substring(0, 8), "us-east-1", "dsql")
        .with("X-Amz-Date", time)
        .with("X-Amz-Expires", Long.toString(lifetime.toSeconds()))
        .token();
  }
}
