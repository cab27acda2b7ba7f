package io.github.dsqljava.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.InvalidConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which versions of Vert.x are let in. */
class VertxVersionTest {

  @Test
  void found_vertxOfTheBuild_isSupported() {
    assertThat(VertxVersion.found()).startsWith("5.0.");
    assertThatCode(VertxVersion::check).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"5.0.10", "5.0.12", "5.0.20", "5.0.13-SNAPSHOT", "unknown"})
  void check_inTheRange_passes(String version) {
    assertThatCode(() -> VertxVersion.check(version)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"4.5.14", "5.0.0", "5.0.8", "5.0.9", "5.1.0", "5.0.0.CR1", "6.0.10"})
  void check_outsideTheRange_refusedInASentenceWithBoth(String version) {
    assertThatThrownBy(() -> VertxVersion.check(version))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("works with Vert.x 5.0.10 or a later 5.0")
        .hasMessageContaining("found version " + version);
  }
}
