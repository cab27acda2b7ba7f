package io.github.dsqljava.local.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostmasterFileTest {
  @TempDir Path temporary;

  @Test
  void read_status_tellsWhetherItIsStopping() throws Exception {
    assertThat(read("4711\n/data\n1\n5432\n/tmp\n\n  1 2\nready   \n"))
        .contains(new PostmasterFile(4711, false));
    assertThat(read("4711\n/data\n1\n5432\n/tmp\n\n  1 2\nstopping\n"))
        .contains(new PostmasterFile(4711, true));
    assertThat(read("4711\n")).contains(new PostmasterFile(4711, false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "postmaster", "-1\n", "99999999999999999999\n"})
  void read_notWhole_isNothing(String content) throws Exception {
    assertThat(read(content)).isEmpty();
  }

  @Test
  void read_missing_isNothing() throws Exception {
    assertThat(PostmasterFile.read(temporary.resolve("missing"))).isEmpty();
  }

  private Optional<PostmasterFile> read(String content) throws Exception {
    return PostmasterFile.read(Files.writeString(temporary.resolve("pid"), content));
  }
}
