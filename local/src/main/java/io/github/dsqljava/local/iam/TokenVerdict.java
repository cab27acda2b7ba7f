package io.github.dsqljava.local.iam;

import java.util.Optional;

/** The result of verifying a connection token. */
public sealed interface TokenVerdict {

  /**
   * The token is good for the database user it was presented for.
   *
   * @param principal the signer of the token
   */
  record Accepted(IamPrincipal principal) implements TokenVerdict {}

  /**
   * The token is refused.
   *
   * @param reason the first check that failed
   * @param hint the HINT field that the service sends to the client; empty where none is known
   * @param diagnosis a description of the problem, for the log of the local cluster only; contains
   *     no secret, no session token and no signature
   */
  record Refused(Reason reason, Optional<String> hint, String diagnosis) implements TokenVerdict {}

  /** Why a token is refused, in the order in which {@link TokenVerifier} checks. */
  enum Reason {
    /** Not a presigned request of the form and the encoding that Signature Version 4 demands. */
    MALFORMED,
    /** No principal has the access key. */
    UNKNOWN_ACCESS_KEY,
    /** Signed with another secret key, or changed after signing. */
    SIGNATURE_MISMATCH,
    /** Session token missing, another one, or one too many. */
    SESSION_TOKEN_MISMATCH,
    /** Signed for another AWS service. */
    WRONG_SERVICE,
    /** Signed for another AWS Region. */
    WRONG_REGION,
    /** Signed for another cluster's host name. */
    WRONG_HOST,
    /** Lifetime above one week. */
    LIFETIME_TOO_LONG,
    /** Signed in the future. */
    NOT_YET_VALID,
    /** Lifetime is over. */
    EXPIRED,
    /** {@code DbConnect} for {@code admin}, or {@code DbConnectAdmin} for another user. */
    WRONG_ACTION,
    /** The policy of the principal does not allow the action. */
    NOT_AUTHORIZED
  }
}
