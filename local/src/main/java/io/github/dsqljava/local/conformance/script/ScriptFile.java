package io.github.dsqljava.local.conformance.script;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sections that share their tables. In a file, {@code == row} or {@code == row/name} begins one,
 * and {@code #} a comment; {@code == setup} has the statements that make the tables, {@code ==
 * fill} those that run before each section. Besides steps, a section may have {@code probe: name =>
 * answer}, {@code test: Class#method}, {@code cannot: reason}, {@code slow: why} and {@code
 * protocol: simple}.
 *
 * @param name of the file, without its ending
 * @param setup statements that are run once
 * @param fill statements that are run before each section
 */
public record ScriptFile(
    String name, List<String> setup, List<String> fill, List<Section> sections) {
  private static final String SETUP = "setup";
  private static final String FILL = "fill";
  private static final List<String> NAMES =
      List.of("fidelity", "conflicts", "anomalies", "limits", "probes");

  /** Copies the lists. */
  public ScriptFile {
    setup = List.copyOf(setup);
    fill = List.copyOf(fill);
    sections = List.copyOf(sections);
  }

  /** Whether sections are played one after the other by the same sessions. */
  public boolean sharesSessions() {
    return !setup.isEmpty();
  }

  /** Returns all script files, in the order in which they are played. */
  public static List<ScriptFile> all() {
    List<ScriptFile> files = new ArrayList<>(NAMES.stream().map(ScriptFile::named).toList());
    files.add(StatementLists.ofTexts());
    files.add(StatementLists.ofCatalog());
    files.add(ConflictMatrix.file());
    return files;
  }

  /** Reads a script file of the program. */
  public static ScriptFile named(String name) {
    String path = "/io/github/dsqljava/local/conformance/" + name + ".txt";
    try (InputStream in = ScriptFile.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalArgumentException("no script " + name);
      }
      return parse(name, new String(in.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a text.
   *
   * @throws IllegalArgumentException if a line has no meaning or a section is there twice
   */
  public static ScriptFile parse(String name, String text) {
    Map<String, List<String>> blocks = new LinkedHashMap<>();
    List<String> current = new ArrayList<>();
    for (String line : text.lines().map(String::strip).toList()) {
      if (line.startsWith("== ")) {
        current = new ArrayList<>();
        if (blocks.put(line.substring(3), current) != null) {
          throw new IllegalArgumentException(name + " has two sections " + line);
        }
      } else if (!line.isEmpty() && !line.startsWith("#")) {
        current.add(line);
      }
    }
    List<String> setup = Optional.ofNullable(blocks.remove(SETUP)).orElse(List.of());
    List<String> fill = Optional.ofNullable(blocks.remove(FILL)).orElse(List.of());
    List<Section> sections = new ArrayList<>();
    blocks.forEach((id, lines) -> sections.add(section(id, lines)));
    return new ScriptFile(name, setup, fill, sections);
  }

  private static Section section(String id, List<String> lines) {
    List<Step> steps = new ArrayList<>();
    List<Section.Question> probes = new ArrayList<>();
    List<String> tests = new ArrayList<>();
    Optional<String> cannot = Optional.empty();
    boolean slow = false;
    List<String> protocols = Section.PROTOCOLS;
    for (String line : lines) {
      int colon = line.indexOf(": ");
      String value = line.substring(colon + 2);
      switch (colon < 0 ? "" : line.substring(0, colon)) {
        case "probe" -> probes.add(question(value));
        case "test" -> tests.add(value);
        case "cannot" -> cannot = Optional.of(value);
        case "slow" -> slow = true;
        case "protocol" -> protocols = List.of(value);
        default -> steps.add(Step.parse(line));
      }
    }
    int slash = id.indexOf('/');
    return new Section(
        slash < 0 ? id : id.substring(0, slash),
        slash < 0 ? "" : id.substring(slash + 1),
        steps,
        probes,
        tests,
        cannot,
        slow,
        protocols);
  }

  private static Section.Question question(String text) {
    int arrow = text.indexOf(" => ");
    if (arrow < 0) {
      throw new IllegalArgumentException("a probe without an answer: " + text);
    }
    return new Section.Question(
        text.substring(0, arrow).strip(), text.substring(arrow + 4).strip());
  }
}
