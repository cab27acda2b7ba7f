package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.conformance.script.Step;
import io.github.dsqljava.local.conformance.wire.Answer;
import java.util.Optional;

/**
 * One comparison.
 *
 * @param line the statement, or the name of the probe, with the session in front
 * @param expected as the script has it
 * @param came the answer in the same form
 * @param answer the answer in parts, if there was one
 */
record StepResult(
    String line, String expected, String came, boolean same, Optional<Answer> answer) {
  static StepResult of(Step step, String came, Optional<Answer> answer) {
    String line = step.session() + step.mode() + (step.sql().isEmpty() ? "" : " " + step.sql());
    return new StepResult(line, step.expected(), came, step.accepts(came), answer);
  }
}
