package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.conformance.script.Step;
import io.github.dsqljava.local.conformance.wire.Answer;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes answers in the notation of scripts; see {@link Step}. */
final class AnswerText {
  private static final int MANY = 100;

  private AnswerText() {}

  /** Returns the whole answer, with details. */
  static String of(Answer answer) {
    if (answer.isError()) {
      StringJoiner parts = new StringJoiner(Step.DETAILS).add(head(answer));
      detail(parts, "DETAIL: ", answer.field('D'));
      detail(parts, "HINT: ", answer.field('H'));
      return parts.toString();
    }
    if (answer.columns() == null) {
      return "#" + count(answer.tag()) + Step.DETAILS + "TAG: " + answer.tag();
    }
    if (answer.rows().size() > MANY) {
      return answer.rows().size() + " rows";
    }
    return answer.rows().isEmpty()
        ? "none"
        : answer.rows().stream().map(AnswerText::row).collect(Collectors.joining(" "));
  }

  private static String head(Answer error) {
    return "!"
        + error.field('C')
        + " "
        + error.field('S')
        + ": "
        + error.field('M').lines().findFirst().orElse("");
  }

  private static void detail(StringJoiner parts, String name, String value) {
    if (!value.isEmpty()) {
      parts.add(name + oneLine(value));
    }
  }

  private static String row(List<@Nullable String> values) {
    return values.stream()
        .map(value -> oneLine(Objects.requireNonNullElse(value, "null")))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String oneLine(String text) {
    return text.replace("\n", "\\n");
  }

  /** The number at the end of a tag; 0 if there is none. */
  private static String count(String tag) {
    String last = tag.substring(tag.lastIndexOf(' ') + 1);
    return !last.isEmpty() && last.chars().allMatch(Character::isDigit) ? last : "0";
  }
}
