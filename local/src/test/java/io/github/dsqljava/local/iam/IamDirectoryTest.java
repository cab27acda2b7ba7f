package io.github.dsqljava.local.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IamDirectoryTest {
  private static final String ANN = "arn:aws:iam::123456789012:user/ann";
  private static final String BOB = "arn:aws:iam::123456789012:user/bob";

  private final IamDirectory directory = new IamDirectory();

  @Test
  void add_newKey_isFoundByKeyAndArn() {
    IamPrincipal ann = IamPrincipal.generate(ANN);
    directory.add(ann);

    assertThat(directory.byAccessKeyId(ann.accessKeyId())).contains(ann);
    assertThat(directory.byArn(ANN)).containsExactly(ann);
    assertThat(directory.byArn(BOB)).isEmpty();
    assertThat(directory.byAccessKeyId("unknown")).isEmpty();
  }

  @Test
  void add_secondKeyOfOneArn_keepsBoth() {
    IamPrincipal first = IamPrincipal.generate(ANN);
    IamPrincipal second = IamPrincipal.generate(ANN);
    IamPrincipal bob = IamPrincipal.generate(BOB);
    directory.add(first);
    directory.add(second);
    directory.add(bob);

    assertThat(directory.byArn(ANN)).containsExactlyInAnyOrder(first, second);
    assertThat(directory.principals()).containsExactlyInAnyOrder(first, second, bob);
  }

  @Test
  void add_takenKey_isRefusedWithoutItsSecret() {
    var ann = new IamPrincipal(ANN, "key", "one-secret", Optional.empty(), Set.of());
    var bob = new IamPrincipal(BOB, "key", "two-secret", Optional.empty(), Set.of());
    directory.add(ann);

    assertThatThrownBy(() -> directory.add(bob))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("accessKeyId is already in the directory: key");
    assertThat(directory.byAccessKeyId("key")).contains(ann);
  }

  @Test
  void remove_knownKey_givesItBackOnce() {
    IamPrincipal ann = IamPrincipal.generate(ANN);
    directory.add(ann);

    assertThat(directory.remove(ann.accessKeyId())).contains(ann);
    assertThat(directory.remove(ann.accessKeyId())).isEmpty();
    assertThat(directory.principals()).isEmpty();
  }
}
