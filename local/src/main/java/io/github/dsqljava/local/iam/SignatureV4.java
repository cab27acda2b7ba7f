package io.github.dsqljava.local.iam;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The arithmetic of AWS Signature Version 4, from "Create a signed AWS API request" in the IAM User
 * Guide.
 */
final class SignatureV4 {
  static final String ALGORITHM = "AWS4-HMAC-SHA256";

  /** Last part of every credential scope. */
  static final String TERMINATOR = "aws4_request";

  /** Signing name of Aurora DSQL, also the prefix of its IAM actions. */
  static final String SERVICE = "dsql";

  /** SHA-256 of no bytes at all: a connection token is a GET without a body. */
  static final String EMPTY_PAYLOAD_HASH =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  private static final String HMAC = "HmacSHA256";

  private SignatureV4() {}

  /**
   * Canonical form of a GET whose only signed header is the host.
   *
   * @param path encoded
   * @param query encoded parameters in the order of their names, without the signature
   */
  static String canonicalRequest(String path, String query, String host, String payloadHash) {
    return "GET\n" + path + "\n" + query + "\nhost:" + host + "\n\nhost\n" + payloadHash;
  }

  /**
   * Returns the string to sign, in the terms of AWS.
   *
   * @param timestamp {@code yyyyMMdd'T'HHmmss'Z'}
   * @param scope {@code date/region/service/aws4_request}
   */
  static String stringToSign(String timestamp, String scope, String canonicalRequest) {
    return ALGORITHM + "\n" + timestamp + "\n" + scope + "\n" + sha256(canonicalRequest);
  }

  /** Key for one day, Region and service. */
  static byte[] signingKey(String secretAccessKey, String date, String region, String service) {
    byte[] key = ("AWS4" + secretAccessKey).getBytes(StandardCharsets.UTF_8);
    for (String part : new String[] {date, region, service, TERMINATOR}) {
      key = hmac(key, part);
    }
    return key;
  }

  /** Signature in lower-case hexadecimal digits. */
  static String signature(byte[] signingKey, String stringToSign) {
    return HexFormat.of().formatHex(hmac(signingKey, stringToSign));
  }

  /** Compares in a time that does not depend on where two texts differ. */
  static boolean constantTimeEquals(String left, String right) {
    return MessageDigest.isEqual(
        left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }
}
