package io.github.dsqljava.local.conformance.script;

import java.util.List;
import java.util.Optional;

/**
 * A script of one subject.
 *
 * @param row the row of docs/fidelity.md that it proves
 * @param name the name among several sections of the row; empty for the main one
 * @param steps the statements and the expected answers
 * @param probes questions that are not SQL
 * @param tests tests of dsql-local that prove the row as well, {@code Class#method}
 * @param cannot the reason why it cannot be played on a cluster, if there is one
 * @param slow whether it takes minutes
 * @param protocols in which it is played: {@code simple}, {@code extended}
 */
public record Section(
    String row,
    String name,
    List<Step> steps,
    List<Question> probes,
    List<String> tests,
    Optional<String> cannot,
    boolean slow,
    List<String> protocols) {
  /** Both protocols. */
  public static final List<String> PROTOCOLS = List.of("simple", "extended");

  /**
   * A question that is not SQL.
   *
   * @param probe its name in the catalogue of probes
   * @param expected the answer of dsql-local
   */
  public record Question(String probe, String expected) {}

  /** Copies the lists. */
  public Section {
    steps = List.copyOf(steps);
    probes = List.copyOf(probes);
    tests = List.copyOf(tests);
    protocols = List.copyOf(protocols);
  }

  /** The letter of the session that logs in as the run's second role. */
  public static final String OTHER_ROLE = "R";

  /** Whether it takes a second role. */
  public boolean needsRole() {
    return steps.stream().anyMatch(step -> step.session().equals(OTHER_ROLE));
  }

  /** Returns {@code row} or {@code row/name}. */
  public String id() {
    return name.isEmpty() ? row : row + "/" + name;
  }

  /** Whether any of it can be played on a cluster. */
  public boolean isPlayable() {
    return !probes.isEmpty() || steps.stream().anyMatch(step -> !step.onlyHere());
  }

  @Override
  public String toString() {
    return id();
  }
}
