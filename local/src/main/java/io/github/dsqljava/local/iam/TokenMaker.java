package io.github.dsqljava.local.iam;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Makes connection tokens for clients that cannot sign, such as psql in a shell. Connectors sign
 * their own tokens.
 */
public final class TokenMaker {
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int DATE_LENGTH = "uuuuMMdd".length();

  private TokenMaker() {}

  /**
   * Returns a token, to be sent as the password.
   *
   * @param host the name of the cluster that the token is for
   * @param region the cluster's Region
   * @param lifetime time from {@code now} in which it can be used to connect; 1 second to 7 days
   * @throws IllegalArgumentException if the lifetime is outside its bounds
   */
  public static String sign(
      IamPrincipal principal,
      String host,
      String region,
      DbAction action,
      Duration lifetime,
      Instant now) {
    return sign(
        principal.accessKeyId(),
        principal.secretAccessKey(),
        principal.sessionToken(),
        host,
        region,
        action,
        lifetime,
        now);
  }

  /**
   * Returns a token signed with a key, without a principal.
   *
   * @param sessionToken present for temporary credentials
   * @throws IllegalArgumentException if the lifetime is outside its bounds
   */
  public static String sign(
      String accessKeyId,
      String secretAccessKey,
      Optional<String> sessionToken,
      String host,
      String region,
      DbAction action,
      Duration lifetime,
      Instant now) {
    if (lifetime.compareTo(Duration.ofSeconds(1)) < 0
        || lifetime.compareTo(TokenVerifier.MAX_LIFETIME) > 0) {
      throw new IllegalArgumentException(
          "token lifetime is " + lifetime + ", not between 1 second and 7 days");
    }
    String timestamp = TIMESTAMP.format(now);
    String date = timestamp.substring(0, DATE_LENGTH);
    String scope = String.join("/", date, region, SignatureV4.SERVICE, SignatureV4.TERMINATOR);
    Map<String, String> parameters = new TreeMap<>();
    parameters.put("Action", action.actionName());
    parameters.put("X-Amz-Algorithm", SignatureV4.ALGORITHM);
    parameters.put("X-Amz-Credential", accessKeyId + "/" + scope);
    parameters.put("X-Amz-Date", timestamp);
    parameters.put("X-Amz-Expires", Long.toString(lifetime.toSeconds()));
    parameters.put("X-Amz-SignedHeaders", "host");
    sessionToken.ifPresent(token -> parameters.put("X-Amz-Security-Token", token));
    String query =
        parameters.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + CanonicalEncoding.encode(entry.getValue()))
            .collect(Collectors.joining("&"));
    byte[] key = SignatureV4.signingKey(secretAccessKey, date, region, SignatureV4.SERVICE);
    String signature =
        SignatureV4.signature(
            key,
            SignatureV4.stringToSign(
                timestamp,
                scope,
                SignatureV4.canonicalRequest("/", query, host, SignatureV4.EMPTY_PAYLOAD_HASH)));
    return host + "/?" + query + "&X-Amz-Signature=" + signature;
  }
}
