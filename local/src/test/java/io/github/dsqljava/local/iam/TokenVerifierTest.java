package io.github.dsqljava.local.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.iam.TokenVerdict.Accepted;
import io.github.dsqljava.local.iam.TokenVerdict.Reason;
import io.github.dsqljava.local.iam.TokenVerdict.Refused;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenVerifierTest {
  private static final String HOST = "abcdefghijklmnopqrstuvwx12.dsql.us-east-1.on.aws";
  private static final String CLUSTER_ARN =
      "arn:aws:dsql:us-east-1:123456789012:cluster/abcdefghijklmnopqrstuvwx12";
  private static final String ARN = "arn:aws:iam::123456789012:user/ann";
  private static final Instant SIGNED_AT = Instant.parse("2026-11-22T10:20:30Z");

  /** The key of AWS's own examples, so that tokens of other signers can stand here as text. */
  private static final IamPrincipal ANN =
      new IamPrincipal(
          ARN,
          "AKIAIOSFODNN7EXAMPLE",
          "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
          Optional.empty(),
          Set.of(DbAction.values()));

  private static final String SESSION_TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE//+token/with=every+kind==";

  private final IamDirectory directory = new IamDirectory();
  private Instant now = SIGNED_AT;
  private final TokenVerifier verifier =
      new TokenVerifier(directory, () -> now, "us-east-1", CLUSTER_ARN, Set.of(HOST, "localhost"));

  @BeforeEach
  void addAnn() {
    directory.add(ANN);
  }

  @Test
  void verify_adminTokenMadeByBotocore_isAccepted() {
    // botocore 1.43.11, generate_db_connect_admin_auth_token, with its clock held at SIGNED_AT
    String token =
        HOST
            + "/?Action=DbConnectAdmin&X-Amz-Algorithm=AWS4-HMAC-SHA256"
            + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261122%2Fus-east-1%2Fdsql%2Faws4_request"
            + "&X-Amz-Date=20261122T102030Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host"
            + "&X-Amz-Signature=98347005be58d92795d7ac2b45a136a78743de0deae8f77b26ac8f129230812f";

    assertThat(verifier.verify("admin", token)).isEqualTo(new Accepted(ANN));
    assertThat(new TestSigner(ANN).admin().token()).hasSameSizeAs(token);
  }

  @Test
  void verify_sessionTokenMadeByBotocore_isAccepted() {
    IamPrincipal temporary = temporary();
    // botocore 1.43.11, generate_db_connect_auth_token, with its clock held at SIGNED_AT
    String token =
        HOST
            + "/?Action=DbConnect&X-Amz-Algorithm=AWS4-HMAC-SHA256"
            + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261122%2Fus-east-1%2Fdsql%2Faws4_request"
            + "&X-Amz-Date=20261122T102030Z&X-Amz-Expires=604800&X-Amz-SignedHeaders=host"
            + "&X-Amz-Security-Token=IQoJb3JpZ2luX2VjEXAMPLE%2F%2F%2Btoken"
            + "%2Fwith%3Devery%2Bkind%3D%3D"
            + "&X-Amz-Signature=8821f8a4e2891cab7621f07f06c4f5ea7115a88ca63a49fdfa4b911042bdf39a";

    assertThat(verifier.verify("app", token)).isEqualTo(new Accepted(temporary));
  }

  @ParameterizedTest
  @CsvSource({"admin, DbConnectAdmin", "app, DbConnect", "Admin, DbConnect", "'', DbConnect"})
  void verify_rightActionForUser_isAccepted(String user, String action) {
    String token = new TestSigner(ANN).with("Action", action).token();

    assertThat(verifier.verify(user, token)).isEqualTo(new Accepted(ANN));
  }

  @Test
  void verify_parametersInAnotherOrder_isAccepted() {
    var signer = new TestSigner(ANN).without("Action").without("X-Amz-Date");
    signer.with("X-Amz-Date", "20261122T102030Z").with("Action", "DbConnect");

    assertThat(verifier.verify("app", signer.token())).isEqualTo(new Accepted(ANN));
  }

  @Test
  void verify_secondHostName_isAccepted() {
    String token = new TestSigner(ANN).host("localhost").token();

    assertThat(verifier.verify("app", token)).isEqualTo(new Accepted(ANN));
  }

  @Test
  void verify_unknownAccessKey_saysWhichKey() {
    directory.remove(ANN.accessKeyId());

    assertRefused(
        new TestSigner(ANN).token(),
        Reason.UNKNOWN_ACCESS_KEY,
        "no principal has the access key AKIAIOSFODNN7EXAMPLE");
  }

  @Test
  void verify_secretInPlaceOfAccessKey_isNotRepeated() {
    String token = new TestSigner("notAKeyIdButAnotherSecret", "secret").token();

    assertRefused(
        token,
        Reason.UNKNOWN_ACCESS_KEY,
        "no principal has the access key of the token (25 characters)");
  }

  @Test
  void verify_otherSecret_isRefused() {
    String token = new TestSigner(ANN.accessKeyId(), "another").token();

    assertRefused(
        token,
        Reason.SIGNATURE_MISMATCH,
        "the signature is not that of "
            + ARN
            + ": signed with another secret key, or changed after signing");
  }

  @Test
  void verify_sessionTokenMissing_isRefused() {
    temporary();

    assertRefused(
        new TestSigner(ANN).token(),
        Reason.SESSION_TOKEN_MISMATCH,
        "the token lacks the session token of " + ARN);
  }

  @Test
  void verify_anotherSessionToken_isRefused() {
    temporary();

    assertRefused(
        new TestSigner(ANN).with("X-Amz-Security-Token", "other").token(),
        Reason.SESSION_TOKEN_MISMATCH,
        "the session token is not the one of " + ARN);
  }

  @Test
  void verify_sessionTokenForLongTermKey_isRefused() {
    assertRefused(
        new TestSigner(ANN).with("X-Amz-Security-Token", "other").token(),
        Reason.SESSION_TOKEN_MISMATCH,
        "the token has a session token, the long-term key of " + ARN + " has none");
  }

  @Test
  void verify_otherService_isRefused() {
    assertRefused(
        new TestSigner(ANN).scope("20261122", "us-east-1", "rds-db").token(),
        Reason.WRONG_SERVICE,
        "signed for service rds-db (expected: dsql)");
  }

  @Test
  void verify_otherRegion_isRefused() {
    assertRefused(
        new TestSigner(ANN).scope("20261122", "eu-west-1", "dsql").token(),
        Reason.WRONG_REGION,
        "signed for Region eu-west-1 (expected: us-east-1)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "zzzzzzzzzzzzzzzzzzzzzzzzzz.dsql.us-east-1.on.aws",
        HOST + ":5432",
        HOST + ".",
      })
  void verify_otherHost_isRefused(String host) {
    assertRefused(
        new TestSigner(ANN).host(host).token(),
        Reason.WRONG_HOST,
        "signed for host " + host + " (expected: " + HOST + " or localhost)");
  }

  /** Names of hosts have no case; the signature is over the name as it was written. */
  @ParameterizedTest
  @ValueSource(strings = {"LOCALHOST", "LocalHost"})
  void verify_hostInUpperCase_isTheSame(String host) {
    assertThat(verifier.verify("app", new TestSigner(ANN).host(host).token()))
        .isEqualTo(new Accepted(ANN));
    String changed = new TestSigner(ANN).host("localhost").token().replace("localhost", host);
    assertThat(reason(verifier.verify("app", changed))).isEqualTo(Reason.SIGNATURE_MISMATCH);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "900", "604800"})
  void verify_lifetimeWithinAWeek_isAcceptedToItsLastMoment(String lifetime) {
    now = SIGNED_AT.plusSeconds(Long.parseLong(lifetime));

    assertThat(verifier.verify("app", new TestSigner(ANN).with("X-Amz-Expires", lifetime).token()))
        .isEqualTo(new Accepted(ANN));
  }

  @ParameterizedTest
  @ValueSource(strings = {"604801", "999999999", "1000000000", "99999999999999999999999"})
  void verify_lifetimeAboveAWeek_isRefused(String lifetime) {
    assertRefused(
        new TestSigner(ANN).with("X-Amz-Expires", lifetime).token(),
        Reason.LIFETIME_TOO_LONG,
        "lifetime above 604800 seconds, which is one week");
  }

  @Test
  void verify_lifetimeOver_saysSinceWhen() {
    String token = new TestSigner(ANN).token();
    now = SIGNED_AT.plusSeconds(900);
    assertThat(verifier.verify("app", token)).isEqualTo(new Accepted(ANN));

    now = SIGNED_AT.plusSeconds(900).plusNanos(1);
    assertThat(reason(verifier.verify("app", token))).isEqualTo(Reason.EXPIRED);

    now = SIGNED_AT.plusSeconds(901);
    String hint = "Signature expired: 20261122T103530Z is now earlier than 20261122T103531Z";
    assertThat(verifier.verify("app", token))
        .isEqualTo(new Refused(Reason.EXPIRED, Optional.of(hint), hint));
  }

  @Test
  void verify_signedInTheFuture_isAcceptedUpToFiveMinutes() {
    String token = new TestSigner(ANN).token();
    now = SIGNED_AT.minusSeconds(300);
    assertThat(verifier.verify("app", token)).isEqualTo(new Accepted(ANN));

    now = SIGNED_AT.minusSeconds(300).minusNanos(1);
    assertRefused(
        token,
        Reason.NOT_YET_VALID,
        "signed at 20261122T102030Z, more than 5 minutes after now, 20261122T101529Z");
  }

  @ParameterizedTest
  @CsvSource({"admin, DbConnect", "app, DbConnectAdmin", "Admin, DbConnectAdmin"})
  void verify_actionOfAnotherUser_isRefusedWithHint(String user, String action) {
    String token = new TestSigner(ANN).with("Action", action).token();
    String hint = "Wrong user to action mapping. user: " + user + ", action: " + action;

    assertThat(verifier.verify(user, token))
        .isEqualTo(new Refused(Reason.WRONG_ACTION, Optional.of(hint), hint));
  }

  @ParameterizedTest
  @CsvSource({"admin, DbConnectAdmin", "app, DbConnect"})
  void verify_actionNotAllowed_isRefusedWithHint(String user, String action) {
    DbAction other = user.equals("admin") ? DbAction.DB_CONNECT : DbAction.DB_CONNECT_ADMIN;
    String bobArn = "arn:aws:iam::123456789012:role/bob";
    IamPrincipal bob = IamPrincipal.generate(bobArn, other);
    directory.add(bob);
    String hint =
        "User: "
            + bobArn
            + " is not authorized to perform: dsql:"
            + action
            + " on resource: "
            + CLUSTER_ARN;

    assertThat(verifier.verify(user, new TestSigner(bob).with("Action", action).token()))
        .isEqualTo(new Refused(Reason.NOT_AUTHORIZED, Optional.of(hint), hint));
  }

  @Test
  void verify_severalFaults_namesTheFirstOfTheDocumentedOrder() {
    now = SIGNED_AT.plusSeconds(10_000);
    TestSigner signer = new TestSigner(ANN).host("elsewhere").admin();

    assertThat(reason(verifier.verify("app", signer.token()))).isEqualTo(Reason.WRONG_HOST);
    assertThat(reason(verifier.verify("app", signer.host(HOST).token()))).isEqualTo(Reason.EXPIRED);
    now = SIGNED_AT;
    assertThat(reason(verifier.verify("app", signer.token()))).isEqualTo(Reason.WRONG_ACTION);
  }

  @Test
  void verify_anyRefusal_tellsNeitherSecretNorSignatureNorSessionToken() {
    temporary();
    String token = new TestSigner(ANN).with("X-Amz-Security-Token", "some-session").token();
    String signature = token.substring(token.length() - 64);

    assertThat(verifier.verify("app", token).toString())
        .doesNotContain(signature)
        .doesNotContain("some-session")
        .doesNotContain(SESSION_TOKEN)
        .doesNotContain(ANN.secretAccessKey());
  }

  @Test
  void constructor_unusableArguments_areRefusedByName() {
    assertThatThrownBy(() -> verifier(" ", CLUSTER_ARN, Set.of(HOST)))
        .hasMessage("region must not be blank");
    assertThatThrownBy(() -> verifier("us-east-1", "", Set.of(HOST)))
        .hasMessage("clusterArn must not be blank");
    assertThatThrownBy(() -> verifier("us-east-1", CLUSTER_ARN, Set.of()))
        .hasMessage("hosts must not be empty");
    assertThatThrownBy(() -> verifier("us-east-1", CLUSTER_ARN, Set.of("LocalHost")))
        .hasMessage("hosts must be in lower case: LocalHost");
  }

  private TokenVerifier verifier(String region, String clusterArn, Set<String> hosts) {
    return new TokenVerifier(directory, () -> now, region, clusterArn, hosts);
  }

  private IamPrincipal temporary() {
    assertThat(directory.remove(ANN.accessKeyId())).isPresent();
    IamPrincipal temporary = ANN.withSessionToken(SESSION_TOKEN);
    directory.add(temporary);
    return temporary;
  }

  private void assertRefused(String token, Reason reason, String diagnosis) {
    assertThat(verifier.verify("app", token))
        .isEqualTo(new Refused(reason, Optional.empty(), diagnosis));
  }

  private static Reason reason(TokenVerdict verdict) {
    assertThat(verdict).isInstanceOf(Refused.class);
    return ((Refused) verdict).reason();
  }
}
