package io.github.dsqljava.local.iam;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.iam.TokenVerdict.Accepted;
import io.github.dsqljava.local.iam.TokenVerdict.Reason;
import io.github.dsqljava.local.iam.TokenVerdict.Refused;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that were changed after signing, and passwords that never were tokens. */
class TokenTamperingTest {
  private static final String HOST = "abcdefghijklmnopqrstuvwx12.dsql.us-east-1.on.aws";
  private static final long SEED = 20261122;

  private final IamPrincipal principal =
      IamPrincipal.generate("arn:aws:iam::123456789012:role/app", DbAction.values())
          .withSessionToken("a/long+session=token~with.all-kinds_of characters*");
  private final IamDirectory directory = new IamDirectory();
  private final TokenVerifier verifier =
      new TokenVerifier(
          directory,
          () -> Instant.parse("2026-11-22T10:20:30Z"),
          "us-east-1",
          "arn:aws:dsql:us-east-1:123456789012:cluster/abcdefghijklmnopqrstuvwx12",
          Set.of(HOST));
  private String token = "";

  @BeforeEach
  void sign() {
    directory.add(principal);
    token = new TestSigner(principal).token();
    assertThat(verifier.verify("app", token)).isEqualTo(new Accepted(principal));
  }

  @Test
  void verify_oneCharacterReplaced_isRefusedAtEveryPosition() {
    String replacements = "aA0fF/?&=%+. ~\0\u007f\u00e9";
    for (int position = 0; position < token.length(); position++) {
      char original = token.charAt(position);
      char otherCase =
          Character.isUpperCase(original)
              ? Character.toLowerCase(original)
              : Character.toUpperCase(original);
      for (char replacement :
          (replacements + otherCase + (char) (original ^ 1) + (char) (original + 1))
              .toCharArray()) {
        if (replacement != original) {
          assertRefused(token.substring(0, position) + replacement + token.substring(position + 1));
        }
      }
    }
  }

  @Test
  void verify_oneCharacterRemovedOrDoubled_isRefusedAtEveryPosition() {
    for (int position = 0; position < token.length(); position++) {
      assertRefused(token.substring(0, position) + token.substring(position + 1));
      assertRefused(token.substring(0, position + 1) + token.substring(position));
    }
  }

  @Test
  void verify_everyPrefix_isRefused() {
    for (int length = 0; length < token.length(); length++) {
      assertRefused(token.substring(0, length));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"&", "&X-Amz-Expires=900", "&Action=DbConnect", "&other=1", "=", " ", "\n", "#"})
  void verify_somethingAppended_isRefused(String suffix) {
    assertRefused(token + suffix);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Action", "X-Amz-Algorithm", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders"})
  void verify_parameterNeverSigned_isMalformed(String name) {
    assertMalformed(new TestSigner(principal).without(name).token(), name + " is missing");
  }

  @Test
  void verify_signatureMissing_isMalformed() {
    assertMalformed(
        token.substring(0, token.indexOf("&X-Amz-Signature")), "X-Amz-Signature is missing");
  }

  @Test
  void verify_correctlySignedButUnusableValue_isMalformed() {
    assertMalformedValue("Action", "Connect", "Action is neither DbConnect nor DbConnectAdmin");
    assertMalformedValue(
        "X-Amz-Algorithm", "AWS4-HMAC-SHA1", "X-Amz-Algorithm is not AWS4-HMAC-SHA256");
    assertMalformedValue(
        "X-Amz-SignedHeaders", "host;x-amz-date", "X-Amz-SignedHeaders is not host");
    for (String date :
        new String[] {
          "",
          "20261122",
          "20261322T000000Z",
          "20260231T000000Z",
          "20261122T240000Z",
          "20261122T10203 Z",
          "+0261122T102030Z",
          "20261122t102030z"
        }) {
      assertMalformedValue(
          "X-Amz-Date", date, "X-Amz-Date is no time of the form yyyyMMddTHHmmssZ");
    }
    for (String lifetime : new String[] {"", "0", "-1", "+900", "0900", "900.0", "1e3", "٣"}) {
      assertMalformedValue(
          "X-Amz-Expires", lifetime, "X-Amz-Expires is not a whole number of seconds from 1 on");
    }
  }

  @Test
  void verify_scopeOfAnotherForm_isMalformed() {
    String key = principal.accessKeyId();
    for (String credential :
        new String[] {
          key,
          key + "/20261122/us-east-1/dsql",
          key + "/20261122/us-east-1/dsql/aws4_response",
          key + "/20261122/us-east-1/dsql/aws4_request/",
        }) {
      assertMalformedValue(
          "X-Amz-Credential",
          credential,
          "X-Amz-Credential is not <access key id>/<date>/<region>/<service>/aws4_request");
    }
    for (String credential :
        new String[] {
          "/20261122/us-east-1/dsql/aws4_request",
          key + "/20261122//dsql/aws4_request",
          key + "/20261122/us\neast-1/dsql/aws4_request",
          key + "/20261122/" + "x".repeat(1_000) + "/dsql/aws4_request"
        }) {
      assertMalformedValue(
          "X-Amz-Credential", credential, "X-Amz-Credential has an empty or impossible part");
    }
    for (String date : new String[] {"20261123", "2026", "20261122T"}) {
      assertMalformed(
          new TestSigner(principal).scope(date, "us-east-1", "dsql").token(),
          "X-Amz-Credential and X-Amz-Date are of different days");
    }
  }

  @Test
  void verify_passwordThatIsNoToken_isNotRepeated() {
    assertMalformed("", "the password is no token of the form <host>/?Action=...&X-Amz-...");
    assertMalformed("hunter2", "the password is no token of the form <host>/?Action=...&X-Amz-...");
    assertMalformed("hunter2/?hunter3", "parameter 1 has no value");
    assertMalformed("hunter2/?hunter3=", "parameter 1 has an unknown name");
    assertMalformed("https://" + token, "a token begins with the host name, without https://");
    assertMalformed("a\nb/?Action=DbConnect", "the text before /? is no host name");
    assertMalformed(token + "&Action=DbConnect", "Action occurs twice");
    assertMalformed(
        token.replace("%2F", "%2f"),
        "X-Amz-Credential is not in the encoding of Signature Version 4");
  }

  @Test
  void verify_hugePassword_isRefusedByItsLength() {
    assertMalformed("x".repeat(65_537), "the password has 65537 characters, a token at most 65536");
    assertMalformed("x/?" + "&".repeat(65_000), "parameter 1 has no value");
  }

  @Test
  void verify_longSessionToken_isAccepted() {
    IamPrincipal other =
        IamPrincipal.generate(principal.arn(), DbAction.values())
            .withSessionToken("+/=a".repeat(2_000));
    directory.add(other);

    assertThat(verifier.verify("app", new TestSigner(other).token()))
        .isEqualTo(new Accepted(other));
  }

  @Test
  void verify_randomGarbage_isRefused() {
    var random = new Random(SEED);
    for (int round = 0; round < 10_000; round++) {
      String garbage = round % 2 == 0 ? randomText(random) : randomEdit(random);
      if (!garbage.equals(token)) {
        assertThat(verifier.verify("app", garbage))
            .as("seed %d, round %d", SEED, round)
            .isInstanceOf(Refused.class);
      }
    }
  }

  private static String randomText(Random random) {
    var text = new StringBuilder();
    int length = random.nextInt(200);
    for (int i = 0; i < length; i++) {
      text.append((char) (random.nextInt(4) == 0 ? random.nextInt(0x10000) : random.nextInt(128)));
    }
    return text.toString();
  }

  /** Cuts a piece out of the token and puts it, or something else, back at another place. */
  private String randomEdit(Random random) {
    int from = random.nextInt(token.length());
    int to = from + random.nextInt(Math.min(40, token.length() - from)) + 1;
    String rest = token.substring(0, from) + token.substring(to);
    int at = random.nextInt(rest.length() + 1);
    String piece = random.nextBoolean() ? token.substring(from, to) : randomText(random);
    String edited = rest.substring(0, at) + piece + rest.substring(at);
    return isReordered(edited) ? "" : edited;
  }

  /** A cut at the borders of parameters may only have moved one, which is allowed. */
  private boolean isReordered(String edited) {
    return edited.length() == token.length()
        && sortedParameters(edited).equals(sortedParameters(token));
  }

  private static String sortedParameters(String text) {
    String[] parameters = text.split("[?&]", -1);
    Arrays.sort(parameters);
    return String.join("&", parameters);
  }

  private void assertMalformedValue(String name, String value, String diagnosis) {
    assertMalformed(new TestSigner(principal).with(name, value).token(), diagnosis);
  }

  private void assertMalformed(String password, String diagnosis) {
    assertThat(verifier.verify("app", password))
        .isEqualTo(new Refused(Reason.MALFORMED, Optional.empty(), diagnosis));
  }

  private void assertRefused(String password) {
    assertThat(verifier.verify("app", password)).as(password).isInstanceOf(Refused.class);
  }
}
