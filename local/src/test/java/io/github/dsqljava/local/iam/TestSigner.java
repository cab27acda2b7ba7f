package io.github.dsqljava.local.iam;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes connection tokens, right ones and deliberately wrong but correctly signed ones. Shares
 * nothing with the code under test.
 */
final class TestSigner {
  final Map<String, String> parameters = new LinkedHashMap<>();
  private final String accessKeyId;
  private final String secret;
  private String host = "abcdefghijklmnopqrstuvwx12.dsql.us-east-1.on.aws";
  private String date = "20261122";
  private String region = "us-east-1";
  private String service = "dsql";

  TestSigner(IamPrincipal principal) {
    this(principal.accessKeyId(), principal.secretAccessKey());
    principal.sessionToken().ifPresent(token -> with("X-Amz-Security-Token", token));
  }

  TestSigner(String accessKeyId, String secret) {
    this.accessKeyId = accessKeyId;
    this.secret = secret;
    with("Action", "DbConnect");
    with("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
    with("X-Amz-Date", "20261122T102030Z");
    with("X-Amz-Expires", "900");
    with("X-Amz-SignedHeaders", "host");
  }

  /** Adds or replaces a parameter before signing. */
  TestSigner with(String name, String value) {
    parameters.put(name, value);
    return this;
  }

  TestSigner without(String name) {
    parameters.remove(name);
    return this;
  }

  TestSigner admin() {
    return with("Action", "DbConnectAdmin");
  }

  TestSigner host(String newHost) {
    host = newHost;
    return this;
  }

  TestSigner scope(String newDate, String newRegion, String newService) {
    date = newDate;
    region = newRegion;
    service = newService;
    return this;
  }

  String token() {
    parameters.putIfAbsent(
        "X-Amz-Credential", String.join("/", accessKeyId, date, region, service, "aws4_request"));
    List<String> query = new ArrayList<>();
    parameters.forEach((name, value) -> query.add(encode(name) + "=" + encode(value)));
    List<String> sorted = new ArrayList<>(query);
    sorted.sort(null);
    String request =
        "GET\n/\n" + String.join("&", sorted) + "\nhost:" + host + "\n\nhost\n" + hex(sha256(""));
    String toSign =
        "AWS4-HMAC-SHA256\n"
            + parameters.getOrDefault("X-Amz-Date", "")
            + "\n"
            + String.join("/", date, region, service, "aws4_request")
            + "\n"
            + hex(sha256(request));
    byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
    key = hmac(hmac(hmac(hmac(key, date), region), service), "aws4_request");
    return host + "/?" + String.join("&", query) + "&X-Amz-Signature=" + hex(hmac(key, toSign));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
