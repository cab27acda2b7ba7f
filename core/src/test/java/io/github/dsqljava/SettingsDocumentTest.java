package io.github.dsqljava;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table in docs/settings.md has exactly the settings there are. */
class SettingsDocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "settings.md");

  @Test
  void table_namesEverySettingWithItsKeyAndVariable() throws IOException {
    List<String> rows = rows();
    assertThat(rows).hasSize(Setting.ALL.size());
    for (Setting<?> setting : Setting.ALL) {
      assertThat(rows)
          .as(setting.name())
          .anySatisfy(
              row -> {
                assertThat(row).startsWith("| `" + setting.name() + "` |");
                if (setting.urlKey() != null) {
                  assertThat(cell(row, 2)).isEqualTo("`" + setting.urlKey() + "`");
                }
                assertThat(cell(row, 3))
                    .isEqualTo(
                        setting.variables().stream()
                            .map(variable -> "`" + variable + "`")
                            .collect(Collectors.joining(", ")));
              });
    }
  }

  private static List<String> rows() throws IOException {
    try (Stream<String> lines = Files.lines(DOCUMENT)) {
      return lines
          .dropWhile(line -> !line.startsWith("| setting |"))
          .skip(2)
          .takeWhile(line -> line.startsWith("|"))
          .toList();
    }
  }

  private static String cell(String row, int number) {
    return row.split("\\|", -1)[number].strip();
  }
}
