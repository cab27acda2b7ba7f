package io.github.dsqljava.local.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IamPrincipalTest {
  private static final String ARN = "arn:aws:iam::123456789012:user/ann";

  @ParameterizedTest
  @ValueSource(
      strings = {
        ARN,
        "arn:aws:iam::000000000000:role/app",
        "arn:aws-cn:iam::123456789012:role/app",
        "arn:aws-us-gov:iam::123456789012:user/a+b=c,d.e@f_g-h",
        "arn:aws:iam::123456789012:role/aws-service-role/dsql.amazonaws.com/AWSServiceRole",
        "arn:aws:iam::123456789012:user/!odd~/path/ann"
      })
  void constructor_arnOfUserOrRole_isTaken(String arn) {
    assertThat(IamPrincipal.generate(arn).arn()).isEqualTo(arn);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ann",
        "arn:aws:iam::12345678901:user/ann",
        "arn:aws:iam::1234567890123:user/ann",
        "arn:aws:iam::12345678901x:user/ann",
        "arn:aws:iam:us-east-1:123456789012:user/ann",
        "arn:aws-eu:iam::123456789012:user/ann",
        "arn:aws:sts::123456789012:assumed-role/app/session",
        "arn:aws:iam::123456789012:group/all",
        "arn:aws:iam::123456789012:root",
        "arn:aws:iam::123456789012:user/",
        "arn:aws:iam::123456789012:user//",
        "arn:aws:iam::123456789012:user/a b",
        "arn:aws:iam::123456789012:user/a\n",
        " arn:aws:iam::123456789012:user/ann",
        "arn:aws:iam::123456789012:user/'; drop"
      })
  void constructor_anyOtherArn_isRefused(String arn) {
    assertThatThrownBy(() -> IamPrincipal.generate(arn))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("arn");
  }

  @Test
  void constructor_arnWithoutEnd_isRefusedQuickly() {
    String arn = "arn:aws:iam::123456789012:user/" + "a/".repeat(1_000_000);

    assertThatThrownBy(() -> IamPrincipal.generate(arn))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void constructor_blankComponent_isRefusedByName() {
    for (String key : List.of("", " ", "AB/CD", "AB CD", "x".repeat(129))) {
      assertThatThrownBy(() -> principal(key, "secret", Optional.empty()))
          .hasMessageStartingWith("accessKeyId must have 1 to 128 characters");
    }
    assertThatThrownBy(() -> principal("key", "", Optional.empty()))
        .hasMessage("secretAccessKey must not be blank");
    assertThatThrownBy(() -> principal("key", "secret", Optional.of("")))
        .hasMessage("sessionToken must not be blank");
  }

  @Test
  void constructor_setChangedLater_keepsItsCopy() {
    Set<DbAction> actions = new HashSet<>(Set.of(DbAction.DB_CONNECT));
    var principal = new IamPrincipal(ARN, "key", "secret", Optional.empty(), actions);
    actions.add(DbAction.DB_CONNECT_ADMIN);

    assertThat(principal.allows(DbAction.DB_CONNECT)).isTrue();
    assertThat(principal.allows(DbAction.DB_CONNECT_ADMIN)).isFalse();
  }

  @Test
  void generate_twice_givesDifferentKeysOfTheRightForm() {
    IamPrincipal first = IamPrincipal.generate(ARN, DbAction.DB_CONNECT);
    IamPrincipal second = IamPrincipal.generate(ARN, DbAction.DB_CONNECT);

    assertThat(first.accessKeyId()).matches("AKIA[A-Z2-7]{16}");
    assertThat(first.secretAccessKey()).matches("[A-Za-z0-9+/]{40}");
    assertThat(first.sessionToken()).isEmpty();
    assertThat(first.allowedActions()).containsExactly(DbAction.DB_CONNECT);
    assertThat(second.accessKeyId()).isNotEqualTo(first.accessKeyId());
    assertThat(second.secretAccessKey()).isNotEqualTo(first.secretAccessKey());
  }

  @Test
  void withSessionToken_keepsTheRest() {
    IamPrincipal principal = IamPrincipal.generate(ARN, DbAction.DB_CONNECT);
    IamPrincipal temporary = principal.withSessionToken("session");

    assertThat(temporary.sessionToken()).contains("session");
    assertThat(temporary.accessKeyId()).isEqualTo(principal.accessKeyId());
    assertThat(temporary.secretAccessKey()).isEqualTo(principal.secretAccessKey());
    assertThat(temporary.allowedActions()).isEqualTo(principal.allowedActions());
  }

  @Test
  void toString_showsNoSecret() {
    IamPrincipal principal =
        IamPrincipal.generate(ARN, DbAction.values()).withSessionToken("hidden-session");

    assertThat(principal.toString())
        .contains(ARN, principal.accessKeyId(), "DB_CONNECT, DB_CONNECT_ADMIN")
        .doesNotContain(principal.secretAccessKey())
        .doesNotContain("hidden-session");
  }

  private static IamPrincipal principal(String key, String secret, Optional<String> session) {
    return new IamPrincipal(ARN, key, secret, session, Set.of());
  }
}
