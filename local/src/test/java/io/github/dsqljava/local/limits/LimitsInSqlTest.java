package io.github.dsqljava.local.limits;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The enum {@link Limit} is the only place where the values of limits stand; SQL only names it. */
class LimitsInSqlTest {
  private static final Pattern USE =
      Pattern.compile("max_of\\('(\\w+)'(.)|current_setting\\('dsql\\.max_(\\w+)'(.)");

  /** Powers of ten and small numbers mean all sorts of things. */
  private static boolean isUnmistakable(long value) {
    return value > 1_000 && !Long.toString(value).matches("10*");
  }

  @Test
  void sql_namesLimitsAndNothingToFallBackTo() throws Exception {
    Set<String> names =
        Stream.of(Limit.values())
            .map(limit -> limit.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    Set<String> used = new TreeSet<>();
    List<String> wrong = new ArrayList<>();
    for (Path script : scripts()) {
      Matcher use = USE.matcher(Files.readString(script, UTF_8));
      while (use.find()) {
        String name = use.group(1) == null ? use.group(3) : use.group(1);
        String next = use.group(1) == null ? use.group(4) : use.group(2);
        used.add(name);
        if (!names.contains(name) || !next.equals(")")) {
          wrong.add(script.getFileName() + ": " + use.group());
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(used).hasSizeGreaterThan(10);
  }

  @Test
  void sql_holdsNoStandardValue() throws Exception {
    Set<String> values =
        Stream.of(Limit.values())
            .map(Limit::standard)
            .filter(LimitsInSqlTest::isUnmistakable)
            .map(String::valueOf)
            .collect(Collectors.toSet());
    List<String> wrong = new ArrayList<>();
    for (Path script : scripts()) {
      for (String line : Files.readString(script, UTF_8).lines().toList()) {
        if (Stream.of(line.split("[^0-9]+")).anyMatch(values::contains)) {
          wrong.add(script.getFileName() + ": " + line);
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(values).hasSizeGreaterThan(5);
  }

  private static List<Path> scripts() throws Exception {
    // Beside the class that reads one of them; the tests have a directory of the same name.
    URI limits = LimitsInPostgresql.class.getResource("limits.sql").toURI();
    try (Stream<Path> files = Files.walk(Path.of(limits).getParent().getParent())) {
      List<Path> scripts = files.filter(file -> file.toString().endsWith(".sql")).toList();
      assertThat(scripts).hasSizeGreaterThanOrEqualTo(6);
      return scripts;
    }
  }
}
