package io.github.dsqljava.local.iam;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class SignatureV4Test {

  /** "Deriving the signing key", AWS General Reference: the example for IAM on 2012-02-15. */
  @Test
  void signingKey_documentedExample_isTheDocumentedKey() {
    byte[] key =
        SignatureV4.signingKey(
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20120215", "us-east-1", "iam");

    assertThat(HexFormat.of().formatHex(key))
        .isEqualTo("f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d");
  }

  /** Amazon S3 API Reference, "Authenticating requests: using query parameters", its example. */
  @Test
  void signature_documentedPresignedUrl_isTheDocumentedSignature() {
    String scope = "20130524/us-east-1/s3/aws4_request";
    String query =
        "X-Amz-Algorithm=AWS4-HMAC-SHA256"
            + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
            + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host";
    String request =
        SignatureV4.canonicalRequest(
            "/test.txt", query, "examplebucket.s3.amazonaws.com", "UNSIGNED-PAYLOAD");
    String toSign = SignatureV4.stringToSign("20130524T000000Z", scope, request);
    byte[] key =
        SignatureV4.signingKey(
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20130524", "us-east-1", "s3");

    assertThat(toSign)
        .endsWith("\n3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04");
    assertThat(SignatureV4.signature(key, toSign))
        .isEqualTo("aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
  }

  @Test
  void emptyPayloadHash_isSha256OfNothing() throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(new byte[0]);

    assertThat(SignatureV4.EMPTY_PAYLOAD_HASH).isEqualTo(HexFormat.of().formatHex(digest));
  }

  @Test
  void constantTimeEquals_comparesTexts() {
    assertThat(SignatureV4.constantTimeEquals("abc", "abc")).isTrue();
    assertThat(SignatureV4.constantTimeEquals("abc", "abd")).isFalse();
    assertThat(SignatureV4.constantTimeEquals("abc", "abcd")).isFalse();
  }
}
