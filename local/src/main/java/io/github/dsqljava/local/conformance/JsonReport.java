package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.conformance.wire.Answer;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A report for programs. */
final class JsonReport {
  private JsonReport() {}

  static String of(Report report) {
    StringJoiner json = new StringJoiner(",\n  ", "{\n  ", "\n}\n");
    json.add(text("endpoint", report.endpoint()));
    json.add(text("region", report.region()));
    json.add(text("user", report.user()));
    json.add(text("serverVersion", report.server()));
    json.add(text("kit", report.kit()));
    json.add(text("begin", report.begin().toString()));
    json.add(plain("seconds", String.valueOf(report.took().toSeconds())));
    json.add(plain("connections", String.valueOf(report.connections())));
    json.add(text("incomplete", report.incomplete()));
    json.add(plain("compared", String.valueOf(report.compared())));
    json.add(plain("different", String.valueOf(report.different())));
    json.add(plain("rows", array(report.rows(), JsonReport::row)));
    return json.toString();
  }

  private static String row(RowResult row) {
    StringJoiner json = object();
    json.add(text("row", row.row().id()));
    json.add(text("feature", row.row().feature()));
    json.add(text("page", row.row().verdict()));
    json.add(text("outcome", row.outcome()));
    json.add(plain("reasons", array(List.copyOf(row.reasons()), FlatJson::quote)));
    json.add(plain("scripts", array(row.sections(), JsonReport::section)));
    return json.toString();
  }

  private static String section(SectionResult section) {
    StringJoiner json = object();
    json.add(text("script", section.section().id()));
    json.add(text("protocol", section.protocol()));
    json.add(text("reason", section.reason()));
    json.add(plain("steps", array(section.steps(), JsonReport::step)));
    return json.toString();
  }

  private static String step(StepResult step) {
    StringJoiner json = object();
    json.add(text("statement", step.line()));
    json.add(text("expected", step.expected()));
    json.add(text("came", step.came()));
    json.add(plain("same", String.valueOf(step.same())));
    step.answer().ifPresent(answer -> json.add(plain("answer", answer(answer))));
    return json.toString();
  }

  private static String answer(Answer answer) {
    StringJoiner json = object();
    if (answer.isError()) {
      json.add(text("sqlState", answer.field('C')));
      json.add(text("severity", answer.field('S')));
      json.add(text("message", answer.field('M')));
      json.add(text("detail", answer.field('D')));
      json.add(text("hint", answer.field('H')));
    } else {
      json.add(text("tag", answer.tag()));
      List<String> columns = answer.columns();
      if (columns != null) {
        json.add(plain("columns", array(columns, FlatJson::quote)));
        json.add(plain("rows", array(answer.rows(), JsonReport::values)));
      }
    }
    return json.toString();
  }

  private static String values(List<@Nullable String> row) {
    StringJoiner json = new StringJoiner(", ", "[", "]");
    for (String value : row) {
      json.add(value == null ? "null" : FlatJson.quote(value));
    }
    return json.toString();
  }

  private static <T> String array(List<T> values, Function<T, String> each) {
    StringJoiner json = new StringJoiner(", ", "[", "]");
    values.forEach(value -> json.add(each.apply(value)));
    return json.toString();
  }

  private static StringJoiner object() {
    return new StringJoiner(", ", "{", "}");
  }

  private static String text(String name, String value) {
    return plain(name, FlatJson.quote(value));
  }

  private static String plain(String name, String json) {
    return FlatJson.quote(name) + ": " + json;
  }
}
