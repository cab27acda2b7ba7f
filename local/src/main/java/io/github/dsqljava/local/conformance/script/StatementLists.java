package io.github.dsqljava.local.conformance.script;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The lists of accepted and refused statements, as scripts of the row {@code statements.all}. Each
 * statement runs in a transaction of its own that is rolled back. So a statement that a cluster
 * accepts by mistake leaves nothing behind.
 *
 * <p>Of {@code statements.txt} only the refused statements are played. Its accepted statements need
 * objects that only the tests of dsql-local make.
 */
final class StatementLists {
  private static final String ROW = "statements.all";

  /** Makes the objects that the lists name, as far as they are in one schema. */
  private static final List<String> OBJECTS =
      List.of(
          "CREATE TABLE t (id bigint PRIMARY KEY, a int, b int)",
          "CREATE TABLE u (id bigint PRIMARY KEY, x int)");

  /**
   * Statements that a rollback does not undo: those about the transaction itself, and those that
   * reach files, programs, other servers or IAM on a PostgreSQL used for comparison.
   */
  private static final Pattern NOT_PLAYED =
      Pattern.compile(
          "^(BEGIN|START|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|PREPARE|AWS)\\b"
              + "|\\b(PROGRAM|SUBSCRIPTION|TABLESPACE|SYSTEM|DATABASE|EXTENSION|LOAD)\\b|'/|;$|\\\\n");

  /** Statements on the index {@code ready}, whose job may still run. */
  private static final Pattern NEEDS_A_JOB = Pattern.compile("\\bready\\b");

  private StatementLists() {}

  /** Returns the statements that are refused for their text. */
  static ScriptFile ofTexts() {
    return file("statements", "dialect/statements.txt", OBJECTS, /* accepted= */ false);
  }

  /** Returns the statements that are accepted or refused because of the catalog. */
  static ScriptFile ofCatalog() {
    return file("catalog", "catalog.txt", List.of(), /* accepted= */ true);
  }

  private static ScriptFile file(
      String name, String resource, List<String> objects, boolean accepted) {
    List<String> setup = new ArrayList<>(objects);
    List<Section> sections = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    String rule = "";
    String refusal = "";
    for (String line : lines(resource)) {
      String rest = line.length() > 2 ? line.substring(2) : "";
      switch (line.isEmpty() ? '#' : line.charAt(0)) {
        case '>' -> setup.add(rest);
        case '=' -> {
          add(sections, name, rule, steps);
          rule = rest;
          steps = new ArrayList<>();
        }
        case '!' ->
            refusal =
                "!" + rest.replaceFirst(" ", " ERROR: ").replace("public.", Step.SCHEMA + ".");
        case '-' -> undone(rest, refusal, steps);
        case '+' -> {
          if (accepted) {
            undone(rest, Step.OK, steps);
          }
        }
        default -> {
          // a comment
        }
      }
    }
    add(sections, name, rule, steps);
    return new ScriptFile(name, setup, List.of(), sections);
  }

  private static void undone(String sql, String expected, List<Step> steps) {
    if (!NOT_PLAYED.matcher(sql).find() && !NEEDS_A_JOB.matcher(sql).find()) {
      steps.add(step("BEGIN", Step.OK));
      steps.add(step(sql, expected));
      steps.add(step("ROLLBACK", Step.OK));
    }
  }

  private static Step step(String sql, String expected) {
    return new Step("A", Step.ASK, sql, expected, /* onlyHere= */ false);
  }

  private static void add(List<Section> sections, String file, String rule, List<Step> steps) {
    if (steps.isEmpty()) {
      return;
    }
    int end = rule.indexOf(" (");
    String words = (end < 0 ? rule : rule.substring(0, end)).toLowerCase(Locale.ROOT);
    String title = file + "/" + words.replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    long same = sections.stream().filter(section -> section.name().startsWith(title)).count();
    sections.add(
        new Section(
            ROW,
            same == 0 ? title : title + "-" + (same + 1),
            steps,
            List.of(),
            List.of(),
            Optional.empty(),
            /* slow= */ false,
            Section.PROTOCOLS));
  }

  private static List<String> lines(String resource) {
    try (InputStream in =
        StatementLists.class.getResourceAsStream("/io/github/dsqljava/local/" + resource)) {
      if (in == null) {
        throw new IllegalArgumentException("no list " + resource);
      }
      return new String(in.readAllBytes(), UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
