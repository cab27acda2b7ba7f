package io.github.dsqljava.local.iam;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A connection token taken apart: {@code <host>/?Action=DbConnect&X-Amz-Algorithm=...}, a presigned
 * URL without its scheme. Its form is checked, its claims are not.
 *
 * <p>Strict on purpose: exactly the known parameters, each once, each byte in canonical encoding.
 * Then every byte of the token is part of what was signed, of the signature, or fixed, and none can
 * be changed without notice. Only the order of the parameters is free, because signing sorts them.
 *
 * @param host as signed
 * @param canonicalQuery the parameters without the signature, encoded and sorted by name
 * @param timestamp {@code X-Amz-Date} as written
 * @param signedAt {@code X-Amz-Date} as a time
 * @param lifetimeSeconds {@code X-Amz-Expires}, at least 1; above {@link Integer#MAX_VALUE} cut off
 *     there
 */
record PresignedToken(
    String host,
    String canonicalQuery,
    DbAction action,
    String accessKeyId,
    String region,
    String service,
    String timestamp,
    Instant signedAt,
    long lifetimeSeconds,
    Optional<String> sessionToken,
    String signature) {

  /** Far above any real token; a session token has a few KB. Keeps the work for garbage small. */
  static final int MAX_LENGTH = 64 * 1024;

  private static final String ACTION = "Action";
  private static final String ALGORITHM = "X-Amz-Algorithm";
  private static final String CREDENTIAL = "X-Amz-Credential";
  private static final String DATE = "X-Amz-Date";
  private static final String EXPIRES = "X-Amz-Expires";
  private static final String SECURITY_TOKEN = "X-Amz-Security-Token";
  private static final String SIGNATURE = "X-Amz-Signature";
  private static final String SIGNED_HEADERS = "X-Amz-SignedHeaders";
  private static final Set<String> NAMES =
      Set.of(
          ACTION, ALGORITHM, CREDENTIAL, DATE, EXPIRES, SECURITY_TOKEN, SIGNATURE, SIGNED_HEADERS);

  private static final int TIMESTAMP_LENGTH = "yyyyMMddTHHmmssZ".length();
  private static final int DATE_LENGTH = "yyyyMMdd".length();
  private static final int SIGNATURE_LENGTH = 64;

  /** Longest DNS name. */
  private static final int MAX_HOST_LENGTH = 253;

  /** Longest access key id, IAM API Reference; every other part of a credential is shorter. */
  private static final int MAX_CREDENTIAL_PART_LENGTH = 128;

  /** As many digits as an {@code int} can always hold. */
  private static final int MAX_LIFETIME_DIGITS = 9;

  /**
   * Takes a password apart.
   *
   * @throws MalformedTokenException if it has not exactly the form of a token
   */
  static PresignedToken parse(String password) throws MalformedTokenException {
    if (password.length() > MAX_LENGTH) {
      throw new MalformedTokenException(
          "the password has " + password.length() + " characters, a token at most " + MAX_LENGTH);
    }
    if (password.startsWith("https://")) {
      throw new MalformedTokenException("a token begins with the host name, without https://");
    }
    int slash = password.indexOf('/');
    if (slash < 1 || !password.startsWith("/?", slash)) {
      throw new MalformedTokenException(
          "the password is no token of the form <host>/?Action=...&X-Amz-...");
    }
    String host = password.substring(0, slash);
    if (host.length() > MAX_HOST_LENGTH || !isVisibleAscii(host)) {
      throw new MalformedTokenException("the text before /? is no host name");
    }

    TreeMap<String, String> encoded = split(password, slash + 2);
    var decoded = new TreeMap<String, String>();
    for (Map.Entry<String, String> parameter : encoded.entrySet()) {
      decoded.put(
          parameter.getKey(),
          CanonicalEncoding.decode(parameter.getValue())
              .orElseThrow(
                  () ->
                      new MalformedTokenException(
                          parameter.getKey() + " is not in the encoding of Signature Version 4")));
    }
    encoded.remove(SIGNATURE);
    return fromParameters(host, encoded, decoded);
  }

  private static TreeMap<String, String> split(String password, int start)
      throws MalformedTokenException {
    var parameters = new TreeMap<String, String>();
    int position = start;
    for (int number = 1; position <= password.length(); number++) {
      int ampersand = password.indexOf('&', position);
      int end = ampersand < 0 ? password.length() : ampersand;
      int equals = password.indexOf('=', position);
      if (equals < 0 || equals > end) {
        throw new MalformedTokenException("parameter " + number + " has no value");
      }
      String name = password.substring(position, equals);
      if (!NAMES.contains(name)) {
        throw new MalformedTokenException("parameter " + number + " has an unknown name");
      }
      if (parameters.put(name, password.substring(equals + 1, end)) != null) {
        throw new MalformedTokenException(name + " occurs twice");
      }
      position = end + 1;
    }
    return parameters;
  }

  private static PresignedToken fromParameters(
      String host, Map<String, String> encoded, Map<String, String> decoded)
      throws MalformedTokenException {
    requireValue(decoded, ALGORITHM, SignatureV4.ALGORITHM);
    requireValue(decoded, SIGNED_HEADERS, "host");
    DbAction action =
        DbAction.named(required(decoded, ACTION))
            .orElseThrow(
                () ->
                    new MalformedTokenException("Action is neither DbConnect nor DbConnectAdmin"));

    String timestamp = required(decoded, DATE);
    Instant signedAt = time(timestamp);

    String[] credential = required(decoded, CREDENTIAL).split("/", -1);
    if (credential.length != 5 || !credential[4].equals(SignatureV4.TERMINATOR)) {
      throw new MalformedTokenException(
          CREDENTIAL + " is not <access key id>/<date>/<region>/<service>/aws4_request");
    }
    for (String part : credential) {
      if (part.isEmpty() || part.length() > MAX_CREDENTIAL_PART_LENGTH || !isVisibleAscii(part)) {
        throw new MalformedTokenException(CREDENTIAL + " has an empty or impossible part");
      }
    }
    if (!timestamp.startsWith(credential[1]) || credential[1].length() != DATE_LENGTH) {
      throw new MalformedTokenException(CREDENTIAL + " and " + DATE + " are of different days");
    }

    String signature = required(decoded, SIGNATURE);
    if (signature.length() != SIGNATURE_LENGTH || !isLowerHex(signature)) {
      throw new MalformedTokenException(SIGNATURE + " is not 64 lower-case hexadecimal digits");
    }
    return new PresignedToken(
        host,
        join(encoded),
        action,
        credential[0],
        credential[2],
        credential[3],
        timestamp,
        signedAt,
        lifetime(required(decoded, EXPIRES)),
        Optional.ofNullable(decoded.get(SECURITY_TOKEN)),
        signature);
  }

  /** {@code date/region/service/aws4_request}, as signed. */
  String scope() {
    return scopeDate() + "/" + region + "/" + service + "/" + SignatureV4.TERMINATOR;
  }

  /** Day of the credential scope. */
  String scopeDate() {
    return timestamp.substring(0, DATE_LENGTH);
  }

  /** Last moment at which the token is good. */
  Instant expiresAt() {
    return signedAt.plusSeconds(lifetimeSeconds);
  }

  /** Without the session token, the query that holds it, and the signature. */
  @Override
  public String toString() {
    return "PresignedToken[host="
        + host
        + ", action="
        + action
        + ", accessKeyId="
        + accessKeyId
        + ", scope="
        + scope()
        + ", timestamp="
        + timestamp
        + ", lifetimeSeconds="
        + lifetimeSeconds
        + "]";
  }

  private static String required(Map<String, String> parameters, String name)
      throws MalformedTokenException {
    String value = parameters.get(name);
    if (value == null) {
      throw new MalformedTokenException(name + " is missing");
    }
    return value;
  }

  private static void requireValue(Map<String, String> parameters, String name, String expected)
      throws MalformedTokenException {
    if (!required(parameters, name).equals(expected)) {
      throw new MalformedTokenException(name + " is not " + expected);
    }
  }

  private static String join(Map<String, String> parameters) {
    var query = new StringBuilder();
    parameters.forEach(
        (name, value) ->
            query.append(query.isEmpty() ? "" : "&").append(name).append('=').append(value));
    return query.toString();
  }

  private static Instant time(String timestamp) throws MalformedTokenException {
    if (timestamp.length() == TIMESTAMP_LENGTH
        && timestamp.charAt(8) == 'T'
        && timestamp.charAt(15) == 'Z'
        && isDigits(timestamp.substring(0, 8))
        && isDigits(timestamp.substring(9, 15))) {
      try {
        return LocalDateTime.of(
                number(timestamp, 0, 4),
                number(timestamp, 4, 6),
                number(timestamp, 6, 8),
                number(timestamp, 9, 11),
                number(timestamp, 11, 13),
                number(timestamp, 13, 15))
            .toInstant(ZoneOffset.UTC);
      } catch (DateTimeException e) {
        // The 31st of February and its like: refused below, together with every other form.
      }
    }
    throw new MalformedTokenException(DATE + " is no time of the form yyyyMMddTHHmmssZ");
  }

  private static long lifetime(String seconds) throws MalformedTokenException {
    if (!isDigits(seconds) || seconds.startsWith("0")) {
      throw new MalformedTokenException(EXPIRES + " is not a whole number of seconds from 1 on");
    }
    return seconds.length() > MAX_LIFETIME_DIGITS ? Integer.MAX_VALUE : Long.parseLong(seconds);
  }

  private static int number(String text, int start, int end) {
    return Integer.parseInt(text, start, end, 10);
  }

  private static boolean isDigits(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static boolean isLowerHex(String text) {
    return text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }

  private static boolean isVisibleAscii(String text) {
    return text.chars().allMatch(c -> c > ' ' && c <= '~');
  }
}
