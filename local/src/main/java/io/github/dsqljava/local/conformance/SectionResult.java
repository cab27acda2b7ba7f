package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.conformance.script.Section;
import java.util.List;

/**
 * The result of a script in one protocol.
 *
 * @param protocol {@code wire} for probes and for results outside of both protocols
 * @param reason the reason why the script was not played to its end; empty if it was
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
