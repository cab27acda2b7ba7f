package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.conformance.script.Section;
import java.util.List;

/**
 * How a script went in one protocol.
 *
 * @param protocol {@code wire} for what is no SQL
 * @param reason why it was not played, or not to its end; empty if it was
 */
record SectionResult(Section section, String protocol, List<StepResult> steps, String reason) {
  SectionResult {
    steps = List.copyOf(steps);
  }

  static SectionResult notPlayed(Section section, String protocol, String reason) {
    return new SectionResult(section, protocol, List.of(), reason);
  }

  /** Whether all answers were the expected ones. */
  boolean isSame() {
    return steps.stream().allMatch(StepResult::same);
  }
}
