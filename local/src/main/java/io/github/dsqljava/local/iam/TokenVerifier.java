package io.github.dsqljava.local.iam;

import io.github.dsqljava.local.iam.TokenVerdict.Accepted;
import io.github.dsqljava.local.iam.TokenVerdict.Reason;
import io.github.dsqljava.local.iam.TokenVerdict.Refused;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides whether a connection token opens a session, as Aurora DSQL does while a client logs in.
 *
 * <p>A token is a presigned Signature Version 4 request: GET of path {@code /} without a body,
 * service {@code dsql}, the host as the only signed header, the action and the rest in the query.
 *
 * <p>Checks, in this order; the first that fails is the answer:
 *
 * <ol>
 *   <li>form, then access key, then signature: the verifier neither trusts nor reports a claim of
 *       the token before it knows that the token is authentic;
 *   <li>session token;
 *   <li>scope: service, Region, host. A retry does not help a token for another cluster, so this
 *       comes before time;
 *   <li>time: lifetime, not yet valid, expired;
 *   <li>action against user, then the policy of the principal.
 * </ol>
 *
 * <p>The order of the service is not documented. It shows only for a token with two faults.
 *
 * <p>Thread-safe, does not block, and answers {@link Refused} to any text whatsoever.
 */
public final class TokenVerifier {
  /**
   * Largest {@code X-Amz-Expires} of a presigned request: one week. Source: IAM User Guide, query
   * parameters of Signature Version 4; Aurora DSQL User Guide, "Generating an authentication
   * token".
   */
  public static final Duration MAX_LIFETIME = Duration.ofDays(7);

  /**
   * The largest lead of a client's clock. Inferred: AWS services name five minutes in their answers
   * to requests with a skewed clock; Aurora DSQL documents no number.
   */
  static final Duration MAX_CLOCK_SKEW = Duration.ofMinutes(5);

  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final int ACCESS_KEY_ID_LENGTH = 20;

  private final IamDirectory directory;
  private final InstantSource clock;
  private final String region;
  private final String clusterArn;
  private final Set<String> hosts;

  /**
   * A verifier for one cluster.
   *
   * @param directory the known principals; later changes to it count
   * @param clock the server's time
   * @param region Region of the cluster, such as {@code us-east-1}
   * @param clusterArn names the cluster in the HINT of a refusal by policy
   * @param hosts host names, in lower case and without a port, for which a token may be signed
   * @throws IllegalArgumentException if the Region or the ARN is blank, or a host is blank or not
   *     in lower case, or there is none
   */
  public TokenVerifier(
      IamDirectory directory,
      InstantSource clock,
      String region,
      String clusterArn,
      Set<String> hosts) {
    requireText("region", region);
    requireText("clusterArn", clusterArn);
    if (hosts.isEmpty()) {
      throw new IllegalArgumentException("hosts must not be empty");
    }
    for (String host : hosts) {
      requireText("hosts", host);
      if (!host.equals(host.toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException("hosts must be in lower case: " + host);
      }
    }
    this.directory = directory;
    this.clock = clock;
    this.region = region;
    this.clusterArn = clusterArn;
    this.hosts = Set.copyOf(hosts);
  }

  /**
   * Verifies the password of a login.
   *
   * @param user database user of the startup message
   * @param token the password
   */
  public TokenVerdict verify(String user, String token) {
    PresignedToken presigned;
    try {
      presigned = PresignedToken.parse(token);
    } catch (MalformedTokenException e) {
      return refused(Reason.MALFORMED, String.valueOf(e.getMessage()));
    }
    Optional<IamPrincipal> principal = directory.byAccessKeyId(presigned.accessKeyId());
    if (principal.isEmpty()) {
      return refused(
          Reason.UNKNOWN_ACCESS_KEY,
          "no principal has the access key " + printable(presigned.accessKeyId()));
    }
    return verify(user, presigned, principal.get());
  }

  private TokenVerdict verify(String user, PresignedToken token, IamPrincipal principal) {
    return authenticity(token, principal)
        .or(() -> purpose(token))
        .or(() -> time(token, clock.instant()))
        .or(() -> permission(user, token.action(), principal))
        .<TokenVerdict>map(refusal -> refusal)
        .orElseGet(() -> new Accepted(principal));
  }

  private static Optional<Refused> authenticity(PresignedToken token, IamPrincipal principal) {
    byte[] key =
        SignatureV4.signingKey(
            principal.secretAccessKey(), token.scopeDate(), token.region(), token.service());
    String expected =
        SignatureV4.signature(
            key,
            SignatureV4.stringToSign(
                token.timestamp(),
                token.scope(),
                SignatureV4.canonicalRequest(
                    "/", token.canonicalQuery(), token.host(), SignatureV4.EMPTY_PAYLOAD_HASH)));
    if (!SignatureV4.constantTimeEquals(expected, token.signature())) {
      return Optional.of(
          refused(
              Reason.SIGNATURE_MISMATCH,
              "the signature is not that of "
                  + principal.arn()
                  + ": signed with another secret key, or changed after signing"));
    }
    Optional<String> required = principal.sessionToken();
    if (required.isEmpty() && token.sessionToken().isEmpty()) {
      return Optional.empty();
    }
    if (required.isEmpty()) {
      return Optional.of(
          refused(
              Reason.SESSION_TOKEN_MISMATCH,
              "the token has a session token, the long-term key of "
                  + principal.arn()
                  + " has none"));
    }
    if (token.sessionToken().isEmpty()) {
      return Optional.of(
          refused(
              Reason.SESSION_TOKEN_MISMATCH,
              "the token lacks the session token of " + principal.arn()));
    }
    if (!SignatureV4.constantTimeEquals(required.get(), token.sessionToken().get())) {
      return Optional.of(
          refused(
              Reason.SESSION_TOKEN_MISMATCH,
              "the session token is not the one of " + principal.arn()));
    }
    return Optional.empty();
  }

  private Optional<Refused> purpose(PresignedToken token) {
    if (!token.service().equals(SignatureV4.SERVICE)) {
      return Optional.of(
          refused(
              Reason.WRONG_SERVICE,
              "signed for service "
                  + token.service()
                  + " (expected: "
                  + SignatureV4.SERVICE
                  + ")"));
    }
    if (!token.region().equals(region)) {
      return Optional.of(
          refused(
              Reason.WRONG_REGION,
              "signed for Region " + token.region() + " (expected: " + region + ")"));
    }
    // Names of hosts have no case; the signature is over the host as it was written.
    if (!hosts.contains(token.host().toLowerCase(Locale.ROOT))) {
      return Optional.of(
          refused(
              Reason.WRONG_HOST,
              "signed for host "
                  + token.host()
                  + " (expected: "
                  + String.join(" or ", new TreeSet<>(hosts))
                  + ")"));
    }
    return Optional.empty();
  }

  private static Optional<Refused> time(PresignedToken token, Instant now) {
    if (token.lifetimeSeconds() > MAX_LIFETIME.toSeconds()) {
      return Optional.of(
          refused(
              Reason.LIFETIME_TOO_LONG,
              "lifetime above " + MAX_LIFETIME.toSeconds() + " seconds, which is one week"));
    }
    if (token.signedAt().isAfter(now.plus(MAX_CLOCK_SKEW))) {
      return Optional.of(
          refused(
              Reason.NOT_YET_VALID,
              "signed at "
                  + token.timestamp()
                  + ", more than 5 minutes after now, "
                  + TIMESTAMP.format(now)));
    }
    if (now.isAfter(token.expiresAt())) {
      String hint = expiredHint(token.expiresAt(), now);
      return Optional.of(new Refused(Reason.EXPIRED, Optional.of(hint), hint));
    }
    return Optional.empty();
  }

  /**
   * The hint that goes with a refused token of another time. Only {@code Signature expired: } is
   * known of the service; the rest has the form that other AWS services give to this message.
   */
  public static String expiredHint(Instant expiresAt, Instant now) {
    return "Signature expired: "
        + TIMESTAMP.format(expiresAt)
        + " is now earlier than "
        + TIMESTAMP.format(now);
  }

  private Optional<Refused> permission(String user, DbAction action, IamPrincipal principal) {
    if (action != DbAction.requiredFor(user)) {
      String hint =
          "Wrong user to action mapping. user: " + user + ", action: " + action.actionName();
      return Optional.of(new Refused(Reason.WRONG_ACTION, Optional.of(hint), hint));
    }
    if (!principal.allows(action)) {
      // The words after the action are inferred from the messages of other AWS services.
      String hint =
          "User: "
              + principal.arn()
              + " is not authorized to perform: "
              + action.iamName()
              + " on resource: "
              + clusterArn;
      return Optional.of(new Refused(Reason.NOT_AUTHORIZED, Optional.of(hint), hint));
    }
    return Optional.empty();
  }

  private static Refused refused(Reason reason, String diagnosis) {
    return new Refused(reason, Optional.empty(), diagnosis);
  }

  /** Hides text that does not look like a key id: it may be a secret in the wrong place. */
  private static String printable(String accessKeyId) {
    boolean shape =
        accessKeyId.length() == ACCESS_KEY_ID_LENGTH
            && accessKeyId.startsWith("A")
            && accessKeyId.chars().allMatch(c -> (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'));
    return shape ? accessKeyId : "of the token (" + accessKeyId.length() + " characters)";
  }

  private static void requireText(String name, String value) {
    if (value.isBlank()) {
      throw new IllegalArgumentException(name + " must not be blank");
    }
  }
}
