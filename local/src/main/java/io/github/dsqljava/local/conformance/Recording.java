package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.conformance.script.ConflictMatrix;
import io.github.dsqljava.local.conformance.script.ScriptFile;
import io.github.dsqljava.local.conformance.script.Section;
import io.github.dsqljava.local.conformance.script.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The answers of a run as scripts, to be committed beside others: the tests play them and hold
 * dsql-local to them. {@code === name} begins a file.
 */
final class Recording {
  private static final String FILE = "=== ";

  private final List<SectionResult> results;
  private final String schema;
  private final StringBuilder text = new StringBuilder();

  private Recording(List<SectionResult> results, String schema) {
    this.results = results;
    this.schema = schema;
  }

  static String of(Report report, Plan plan, List<SectionResult> results, String schema) {
    Recording recording = new Recording(results, schema);
    recording.line("# What a cluster has answered to the conformance kit of dsql-local.");
    recording.line("# kit: " + report.kit());
    recording.line("# date: " + report.begin());
    recording.line(
        "# Region: " + (report.region().isEmpty() ? "none (a password)" : report.region()));
    recording.line("# server_version: " + report.server());
    plan.files().forEach(recording::file);
    return recording.text.toString();
  }

  /** Reads a recording. */
  static List<ScriptFile> parse(String text) {
    List<ScriptFile> files = new ArrayList<>();
    String name = "";
    StringBuilder lines = new StringBuilder();
    for (String line : text.lines().toList()) {
      if (line.startsWith(FILE)) {
        if (!name.isEmpty()) {
          files.add(ScriptFile.parse(name, lines.toString()));
        }
        name = line.substring(FILE.length()).strip();
        lines.setLength(0);
      } else {
        lines.append(line).append('\n');
      }
    }
    if (!name.isEmpty()) {
      files.add(ScriptFile.parse(name, lines.toString()));
    }
    return files;
  }

  private void file(ScriptFile file) {
    boolean matrix = file.name().equals(ConflictMatrix.NAME);
    Map<String, List<SectionResult>> bySection = new LinkedHashMap<>();
    for (Section section : file.sections()) {
      for (SectionResult result : results) {
        // A script that did not finish has no answers to compare with.
        boolean whole = !result.steps().isEmpty() && result.reason().isEmpty();
        // The matrix is generated, so only its differing answers are recorded.
        if (result.section() == section && whole && !(matrix && result.isSame())) {
          bySection.computeIfAbsent(section.id(), id -> new ArrayList<>()).add(result);
        }
      }
    }
    if (bySection.isEmpty()) {
      return;
    }
    line("");
    line(FILE + file.name());
    statements("setup", file.setup());
    statements("fill", file.fill());
    bySection.forEach(this::section);
  }

  private void statements(String name, List<String> statements) {
    if (!statements.isEmpty()) {
      line("");
      line("== " + name);
      statements.forEach(this::line);
    }
  }

  /** Writes a section once if both protocols gave the same answers, otherwise once for each. */
  private void section(String unused, List<SectionResult> results) {
    Section section = results.get(0).section();
    Map<List<String>, List<String>> protocolsByAnswers = new LinkedHashMap<>();
    List<String> questions = new ArrayList<>();
    for (SectionResult result : results) {
      if (Section.PROTOCOLS.contains(result.protocol())) {
        protocolsByAnswers
            .computeIfAbsent(lines(result), lines -> new ArrayList<>())
            .add(result.protocol());
      } else {
        result.steps().forEach(step -> questions.add(question(step)));
      }
    }
    protocolsByAnswers.forEach(
        (lines, protocols) -> {
          boolean all = protocols.equals(section.protocols());
          heading(section, all ? "" : protocols.get(0));
          if (protocols.size() == 1) {
            line("protocol: " + protocols.get(0));
          }
          lines.forEach(this::line);
        });
    if (!questions.isEmpty()) {
      heading(section, protocolsByAnswers.isEmpty() ? "" : "wire");
      questions.forEach(this::line);
    }
  }

  private static String question(StepResult step) {
    return "probe: " + step.line() + " => " + step.came();
  }

  private void heading(Section section, String more) {
    String separator = section.name().isEmpty() ? "/" : "-";
    line("");
    line("== " + section.id() + (more.isEmpty() ? "" : separator + more));
    if (section.slow()) {
      line("slow: minutes");
    }
  }

  /** Steps without an answer of their own stay as they are. */
  private List<String> lines(SectionResult result) {
    List<String> lines = new ArrayList<>();
    int answered = 0;
    for (Step step : result.section().steps()) {
      if (step.onlyHere()) {
        continue;
      }
      if (step.mode() == Step.SEND) {
        lines.add(step.session() + step.mode() + " " + step.sql());
      } else {
        StepResult answer = result.steps().get(answered++);
        // A job's id is another one each time.
        boolean job = answer.answer().map(Player::isJob).orElse(false);
        lines.add(step.line(job ? Step.OK : answer.came().replace(schema, Step.SCHEMA)));
      }
    }
    return lines;
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
