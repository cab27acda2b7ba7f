package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.conformance.script.ScriptFile;
import io.github.dsqljava.local.conformance.script.Section;
import io.github.dsqljava.local.conformance.script.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The work of a run, known before the run begins.
 *
 * @param files the script files, with the requested sections only
 * @param slow whether slow sections are played, which take minutes
 * @param roles whether sections that need a second role are played
 */
record Plan(List<ScriptFile> files, boolean slow, boolean roles) {
  private static final Duration OF_A_STATEMENT = Duration.ofMillis(40);
  private static final Duration OF_A_DDL_STATEMENT = Duration.ofSeconds(1);
  private static final Duration OF_A_CONNECTION = Duration.ofMillis(150);

  Plan {
    files = List.copyOf(files);
  }

  /**
   * Chooses sections.
   *
   * @param only names of rows, or their first parts; all if empty
   * @throws ConformanceException if a name stands for no row
   */
  static Plan of(
      List<ScriptFile> all, List<String> only, Set<String> rows, boolean slow, boolean roles)
      throws ConformanceException {
    for (String name : only) {
      if (rows.stream().noneMatch(row -> stands(name, row))) {
        throw new ConformanceException(
            "--only: there is no row \"" + name + "\"; the rows are those of docs/fidelity.md");
      }
    }
    List<ScriptFile> files = new ArrayList<>();
    for (ScriptFile file : all) {
      List<Section> sections =
          file.sections().stream()
              .filter(
                  section ->
                      only.isEmpty() || only.stream().anyMatch(name -> stands(name, section.row())))
              .toList();
      if (!sections.isEmpty()) {
        files.add(new ScriptFile(file.name(), file.setup(), file.fill(), sections));
      }
    }
    return new Plan(files, slow, roles);
  }

  private static boolean stands(String name, String row) {
    return row.equals(name) || row.startsWith(name + ".");
  }

  /** Whether a section is played at all. */
  boolean plays(Section section) {
    return section.isPlayable() && (slow || !section.slow()) && (roles || !section.needsRole());
  }

  /** Returns the number of answers that are compared. */
  int comparisons() {
    return played().mapToInt(Plan::comparisons).sum();
  }

  private Stream<Section> played() {
    return files.stream().flatMap(file -> file.sections().stream()).filter(this::plays);
  }

  /** Returns the number of a section's answers that are compared, over all of its protocols. */
  static int comparisons(Section section) {
    long steps =
        section.steps().stream()
            .filter(step -> !step.onlyHere() && step.mode() != Step.SEND)
            .count();
    return (int) steps * section.protocols().size() + section.probes().size();
  }

  /** Returns the largest number of connections that a run without failures opens. */
  int connections() {
    int connections = 3; // the one that makes the schema, the one in control, the one that drops it
    for (ScriptFile file : files) {
      List<Section> sections = file.sections().stream().filter(this::plays).toList();
      if (file.sharesSessions()) {
        connections += (int) (sections.stream().flatMap(Plan::letters).distinct().count() * 2);
      } else {
        for (Section section : sections) {
          connections += (int) letters(section).distinct().count() * section.protocols().size();
        }
      }
      connections += 2 * sections.stream().mapToInt(section -> section.probes().size()).sum();
    }
    return connections;
  }

  private static Stream<String> letters(Section section) {
    return section.steps().stream().filter(step -> !step.onlyHere()).map(Step::session);
  }

  /** Returns the number of statements sent, including those that make and fill tables. */
  int statements() {
    int statements = comparisons();
    for (ScriptFile file : files) {
      int played =
          file.sections().stream().filter(this::plays).mapToInt(s -> s.protocols().size()).sum();
      statements += file.setup().size() * 2 + file.fill().size() * played;
    }
    return statements;
  }

  private long changesOfTheSchema() {
    return 2L * played().flatMap(section -> section.steps().stream()).filter(Plan::isDdl).count();
  }

  /** For the estimate only. */
  private static boolean isDdl(Step step) {
    String word = step.sql().toUpperCase(Locale.ROOT);
    return word.startsWith("CREATE") || word.startsWith("DROP") || word.startsWith("ALTER");
  }

  /** Returns the plan as text for the user. */
  String text(Endpoint endpoint, String user, String schema) {
    long seconds =
        OF_A_STATEMENT.multipliedBy(statements()).toSeconds()
            + OF_A_DDL_STATEMENT.multipliedBy(changesOfTheSchema()).toSeconds()
            + OF_A_CONNECTION.multipliedBy(connections()).toSeconds();
    long minutes = 1 + seconds / 60;
    return """
        Endpoint     %s, as %s
        Makes        one schema, %s, with some tables, views and sequences at a time;
                     %s. At the end it drops %s.
        Compares     %d answers, by %d statements of simple and extended protocol
        Connections  about %d, at most 8 at once and 50 a second
        Takes        about %d minutes on a cluster%s
        Costs        what AWS bills for these statements and some 500 MB written and read. What a
                     statement costs is not documented; our own guess, not AWS's, is below one US dollar.
        Others       their transactions may meet OC001 (schema has changed) and have to be repeated
        """
        .formatted(
            endpoint,
            user,
            schema,
            roles
                ? "one role, " + Workplace.role(schema) + ", one table in the schema public"
                : "no roles, no rights, nothing in other schemas",
            roles ? "all of it" : "the schema",
            comparisons(),
            statements(),
            connections(),
            minutes,
            slow ? ", and the slow scripts up to two hours and a half" : "");
  }
}
