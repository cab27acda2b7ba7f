package io.github.dsqljava.local.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.iam.TokenVerdict.Accepted;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenMakerTest {
  private static final String HOST = "abcdefghijklmnopqrstuvwx12.dsql.us-east-1.on.aws";
  private static final Instant SIGNED_AT = Instant.parse("2026-11-22T10:20:30Z");
  private static final IamPrincipal ANN =
      new IamPrincipal(
          "arn:aws:iam::123456789012:user/ann",
          "AKIAIOSFODNN7EXAMPLE",
          "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
          Optional.empty(),
          Set.of(DbAction.values()));

  @Test
  void sign_sameInput_isTheTokenOfBotocore() {
    // botocore 1.43.11, generate_db_connect_admin_auth_token, with its clock held at SIGNED_AT
    assertThat(sign(ANN, Duration.ofMinutes(15)))
        .isEqualTo(
            HOST
                + "/?Action=DbConnectAdmin&X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261122%2Fus-east-1%2Fdsql"
                + "%2Faws4_request&X-Amz-Date=20261122T102030Z&X-Amz-Expires=900"
                + "&X-Amz-SignedHeaders=host&X-Amz-Signature="
                + "98347005be58d92795d7ac2b45a136a78743de0deae8f77b26ac8f129230812f");
  }

  @Test
  void sign_temporaryCredentials_isAcceptedByVerifier() {
    IamPrincipal temporary = ANN.withSessionToken("a+b/c=d ~ä");
    var directory = new IamDirectory();
    directory.add(temporary);
    var verifier = new TokenVerifier(directory, () -> SIGNED_AT, "us-east-1", "arn", Set.of(HOST));

    assertThat(verifier.verify("admin", sign(temporary, Duration.ofDays(7))))
        .isEqualTo(new Accepted(temporary));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT0.999S", "PT-1S", "PT168H0.001S", "PT169H"})
  void sign_lifetimeOutOfBounds_isRefused(Duration lifetime) {
    assertThatThrownBy(() -> sign(ANN, lifetime)).isInstanceOf(IllegalArgumentException.class);
  }

  private static String sign(IamPrincipal principal, Duration lifetime) {
    return TokenMaker.sign(
        principal, HOST, "us-east-1", DbAction.DB_CONNECT_ADMIN, lifetime, SIGNED_AT);
  }
}
