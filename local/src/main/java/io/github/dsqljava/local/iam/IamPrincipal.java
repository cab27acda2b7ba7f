package io.github.dsqljava.local.iam;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * An IAM user or role with one access key and what it may do on the cluster.
 *
 * <p>Immutable. {@link #toString} shows neither the secret key nor the session token.
 *
 * @param arn {@code arn:aws:iam::<12 digits>:user/<name>} or {@code :role/<name>}; the partition
 *     may also be {@code aws-cn} or {@code aws-us-gov}
 * @param accessKeyId identifies the key in a token, not a secret
 * @param secretAccessKey signs tokens
 * @param sessionToken present for temporary credentials; a token then has to carry it
 * @param allowedActions the actions that the principal's policy allows on the cluster; may be empty
 */
public record IamPrincipal(
    String arn,
    String accessKeyId,
    String secretAccessKey,
    Optional<String> sessionToken,
    Set<DbAction> allowedActions) {

  /**
   * Names and paths as IAM documents them ("IAM and AWS STS quotas", "IAM identifiers"): a name has
   * up to 64 letters, digits and {@code +=,.@_-}; a path in front of it is printable ASCII between
   * slashes.
   */
  private static final Pattern ARN =
      Pattern.compile(
          "arn:aws(?:-cn|-us-gov)?:iam::[0-9]{12}:(?:user|role)/"
              + "(?:[!-.0-~]+/)*[A-Za-z0-9+=,.@_-]{1,64}");

  /** A name of 64 behind the longest path of 512, and the fixed front with room to spare. */
  private static final int MAX_ARN_LENGTH = 640;

  private static final Pattern ACCESS_KEY_ID = Pattern.compile("\\w{1,128}");
  private static final String KEY_ID_PREFIX = "AKIA";
  private static final int KEY_ID_RANDOM_LENGTH = 16;
  private static final String KEY_ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final int SECRET_LENGTH = 40;
  private static final String SECRET_ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * Checks every component.
   *
   * @throws IllegalArgumentException if the ARN has another form, or a key or the session token is
   *     blank
   */
  public IamPrincipal {
    if (arn.length() > MAX_ARN_LENGTH || !ARN.matcher(arn).matches()) {
      throw new IllegalArgumentException(
          "arn is not that of an IAM user or role"
              + " (expected: arn:aws:iam::<12 digits>:user/<name> or :role/<name>): "
              + arn);
    }
    if (!ACCESS_KEY_ID.matcher(accessKeyId).matches()) {
      // It stands in a token between slashes.
      throw new IllegalArgumentException(
          "accessKeyId must have 1 to 128 characters of A-Z, a-z, 0-9 and _: " + accessKeyId);
    }
    requireText("secretAccessKey", secretAccessKey);
    sessionToken.ifPresent(token -> requireText("sessionToken", token));
    allowedActions = Set.copyOf(allowedActions);
  }

  /**
   * A principal with a new random long-term key, in the form AWS gives out: an id of {@code AKIA}
   * and 16 characters, a secret of 40.
   *
   * @throws IllegalArgumentException if the ARN has another form
   */
  public static IamPrincipal generate(String arn, DbAction... allowedActions) {
    return new IamPrincipal(
        arn,
        KEY_ID_PREFIX + randomText(KEY_ID_ALPHABET, KEY_ID_RANDOM_LENGTH),
        randomText(SECRET_ALPHABET, SECRET_LENGTH),
        Optional.empty(),
        Set.of(allowedActions));
  }

  /**
   * The same principal and key as temporary credentials: from now on a token has to carry {@code
   * token}.
   *
   * @throws IllegalArgumentException if the token is blank
   */
  public IamPrincipal withSessionToken(String token) {
    return new IamPrincipal(arn, accessKeyId, secretAccessKey, Optional.of(token), allowedActions);
  }

  /** Whether the policy of the principal allows an action on the cluster. */
  public boolean allows(DbAction action) {
    return allowedActions.contains(action);
  }

  @Override
  public String toString() {
    return "IamPrincipal[arn="
        + arn
        + ", accessKeyId="
        + accessKeyId
        + ", temporary="
        + sessionToken.isPresent()
        + ", allowedActions="
        + new TreeSet<>(allowedActions)
        + "]";
  }

  private static void requireText(String name, String value) {
    if (value.isBlank()) {
      throw new IllegalArgumentException(name + " must not be blank");
    }
  }

  private static String randomText(String alphabet, int length) {
    var text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append(alphabet.charAt(RANDOM.nextInt(alphabet.length())));
    }
    return text.toString();
  }
}
