package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.conformance.script.FidelityRow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The results of a run for one row of docs/fidelity.md. */
record RowResult(FidelityRow row, List<SectionResult> sections) {
  static final String SAME = "same";
  static final String DIFFERS = "differs";
  static final String NOT_APPLICABLE = "not applicable";

  /** Groups results by rows, in the order of the page. */
  static List<RowResult> of(Map<String, FidelityRow> rows, List<SectionResult> results) {
    Map<String, List<SectionResult>> byRow = new LinkedHashMap<>();
    rows.keySet().forEach(id -> byRow.put(id, new ArrayList<>()));
    results.forEach(
        result ->
            byRow.computeIfAbsent(result.section().row(), id -> new ArrayList<>()).add(result));
    List<RowResult> all = new ArrayList<>();
    byRow.forEach(
        (id, sections) -> {
          if (!sections.isEmpty()) {
            FidelityRow row = rows.getOrDefault(id, new FidelityRow(id, "", "unknown"));
            all.add(new RowResult(row, List.copyOf(sections)));
          }
        });
    return all;
  }

  /** Returns the number of answers that were compared. */
  int compared() {
    return sections.stream().mapToInt(section -> section.steps().size()).sum();
  }

  /** Returns the number of answers that were not the expected ones. */
  int different() {
    return (int)
        sections.stream()
            .flatMap(section -> section.steps().stream())
            .filter(step -> !step.same())
            .count();
  }

  /** Returns {@code same}, {@code differs} or {@code not applicable}. */
  String outcome() {
    if (compared() == 0) {
      return NOT_APPLICABLE;
    }
    return different() == 0 ? SAME : DIFFERS;
  }

  /** Returns the reasons why some of its scripts were not played, or not to their ends. */
  Set<String> reasons() {
    Set<String> reasons = new LinkedHashSet<>();
    boolean played = compared() > 0;
    sections.stream()
        .filter(section -> !played || section.section().isPlayable())
        .map(SectionResult::reason)
        .filter(reason -> !reason.isEmpty())
        .forEach(reasons::add);
    return reasons;
  }
}
