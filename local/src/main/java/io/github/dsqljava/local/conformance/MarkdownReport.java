package io.github.dsqljava.local.conformance;

import java.util.List;

/** A report for people. */
final class MarkdownReport {
  private final Report report;
  private final StringBuilder text = new StringBuilder();

  private MarkdownReport(Report report) {
    this.report = report;
  }

  static String of(Report report) {
    return new MarkdownReport(report).write();
  }

  private String write() {
    line("# Conformance of " + report.endpoint());
    line("");
    String region = report.region().isEmpty() ? "a password, no token" : report.region();
    line(
        "%s, %s, user %s, server_version %s, asked by dsql-local %s in %d s over %d connections."
            .formatted(
                report.begin(),
                region,
                report.user(),
                report.server(),
                report.kit(),
                report.took().toSeconds(),
                report.connections()));
    line("");
    line(report.summary().strip());
    rows();
    differences();
    answers();
    notApplicable();
    return text.toString();
  }

  private void rows() {
    line("");
    line("## Rows");
    line("");
    line("| row | feature | docs/fidelity.md | here | answers | not the same |");
    line("|---|---|---|---|---|---|");
    for (RowResult row : report.rows()) {
      cells(
          "`" + row.row().id() + "`",
          row.row().feature(),
          row.row().verdict(),
          row.outcome(),
          String.valueOf(row.compared()),
          String.valueOf(row.different()));
    }
  }

  private void differences() {
    line("");
    line("## Differences");
    line("");
    line("Each with the answer of dsql-local (expected) and that of the endpoint (came).");
    for (RowResult row : report.rows()) {
      if (row.different() == 0) {
        continue;
      }
      line("");
      line("### " + row.row().id());
      line("");
      line("| script | protocol | statement | expected | came |");
      line("|---|---|---|---|---|");
      for (SectionResult section : row.sections()) {
        for (StepResult step : section.steps()) {
          if (!step.same()) {
            cells(
                section.section().id(),
                section.protocol(),
                code(step.line()),
                code(step.expected()),
                code(step.came()));
          }
        }
      }
    }
  }

  /** Lists the answers to rows that are unknown, because a cluster's answer settles them. */
  private void answers() {
    line("");
    line("## Open questions");
    line("");
    line("| probe | protocol | statement | answer | dsql-local's answer | |");
    line("|---|---|---|---|---|---|");
    List<RowResult> open = report.rows().stream().filter(row -> row.row().isUnknown()).toList();
    for (RowResult row : open) {
      for (SectionResult section : row.sections()) {
        for (StepResult step : section.steps()) {
          cells(
              "`" + section.section().id() + "`",
              section.protocol(),
              code(step.line()),
              code(step.came()),
              code(step.expected()),
              step.same() ? "same" : "differs");
        }
      }
    }
  }

  private void notApplicable() {
    line("");
    line("## Not applicable");
    line("");
    line("| row | why |");
    line("|---|---|");
    for (RowResult row : report.rows()) {
      for (String reason : row.reasons()) {
        cells("`" + row.row().id() + "`", reason);
      }
    }
  }

  private void cells(String... cells) {
    line("| " + String.join(" | ", cells) + " |");
  }

  private static String code(String value) {
    String safe = value.replace("|", "\\|").replace("\n", " ");
    String mark = safe.contains("`") ? "``" : "`";
    return mark + safe + mark;
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
