package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.conformance.script.ScriptFile;
import io.github.dsqljava.local.conformance.script.Section;
import io.github.dsqljava.local.conformance.script.Step;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Plays all scripts of a plan, one after the other, and keeps the results. */
final class Runner {
  /** Attempts at a script that another user's schema change disturbs. */
  private static final int ATTEMPTS = 3;

  /** After this many scripts without an answer, the rest of a file is not played. */
  private static final int ENOUGH_WAITING = 3;

  private static final String WIRE = "wire";

  private final Plan plan;
  private final Connections connections;
  private final String schema;
  private final Workplace workplace;
  private final Pause pause;
  private final Consumer<String> progress;
  private final Map<String, Probe> probes = Probe.catalogue();
  private final List<SectionResult> results = new ArrayList<>();

  Runner(
      Plan plan,
      Connections connections,
      Workplace workplace,
      Pause pause,
      Consumer<String> progress) {
    this.plan = plan;
    this.connections = connections;
    this.schema = workplace.schema();
    this.workplace = workplace;
    this.pause = pause;
    this.progress = progress;
  }

  /** Returns the results so far, also of a run that failed. */
  List<SectionResult> results() {
    return List.copyOf(results);
  }

  /**
   * Plays everything.
   *
   * @throws EndpointLostException if the cluster is gone
   */
  void run() throws IOException {
    try (Player player = new Player(schema, pause);
        Control control = new Control(connections, schema)) {
      for (ScriptFile file : plan.files()) {
        progress.accept(file.name() + ": " + file.sections().size() + " scripts");
        file.sections().stream()
            .filter(section -> !plan.plays(section))
            .forEach(section -> results.add(skipped(section)));
        if (file.sharesSessions()) {
          shared(file, player, control);
        } else {
          separate(file, player, control);
        }
        workplace.sweep(control);
      }
    }
  }

  private SectionResult skipped(Section section) {
    String reason =
        section.isPlayable()
            ? section.slow()
                ? "takes minutes; --slow plays it"
                : "takes a second role; --role-for plays it"
            : section.cannot().orElse("tests of dsql-local only");
    return SectionResult.notPlayed(section, WIRE, reason);
  }

  /** Plays each script in sessions of its own, and drops its objects afterwards. */
  private void separate(ScriptFile file, Player player, Control control) throws IOException {
    for (Section section : file.sections()) {
      if (!plan.plays(section)) {
        continue;
      }
      for (String protocol : section.protocols()) {
        if (section.steps().stream().anyMatch(step -> !step.onlyHere())) {
          SectionResult result;
          int attempt = 1;
          do {
            Sessions sessions = new Sessions(connections, protocol, schema);
            try {
              result = player.play(section, protocol, sessions);
            } finally {
              sessions.dropAll();
            }
            workplace.sweep(control);
          } while (Player.wasDisturbed(result) && attempt++ < ATTEMPTS);
          results.add(result);
        }
      }
      ask(section);
    }
  }

  private void shared(ScriptFile file, Player player, Control control) throws IOException {
    List<Section> sections = file.sections().stream().filter(plan::plays).toList();
    if (sections.isEmpty()) {
      return;
    }
    for (String sql : file.setup()) {
      Optional<SectionResult> failure = failure(sections.get(0), sql, control);
      if (failure.isPresent()) {
        results.add(failure.get());
        sections.forEach(
            section ->
                results.add(
                    SectionResult.notPlayed(section, WIRE, "its tables could not be made")));
        return;
      }
    }
    int waiting = 0;
    for (String protocol : Section.PROTOCOLS) {
      try (Sessions sessions = new Sessions(connections, protocol, schema)) {
        for (Section section : sections) {
          if (!section.protocols().contains(protocol)) {
            continue;
          }
          if (waiting >= ENOUGH_WAITING) {
            results.add(SectionResult.notPlayed(section, protocol, waits(waiting)));
            continue;
          }
          SectionResult result = filled(file, section, protocol, player, sessions, control);
          results.add(result);
          waiting += result.reason().isEmpty() ? 0 : 1;
        }
      }
    }
  }

  private static String waits(int waiting) {
    return waiting + " scripts of this kind got no answer, so the rest was not played";
  }

  private SectionResult filled(
      ScriptFile file,
      Section section,
      String protocol,
      Player player,
      Sessions sessions,
      Control control)
      throws IOException {
    SectionResult result;
    int attempt = 1;
    do {
      for (String sql : file.fill()) {
        Optional<SectionResult> failure = failure(section, sql, control);
        if (failure.isPresent()) {
          return failure.get();
        }
      }
      result = player.play(section, protocol, sessions);
      if (!result.isSame() || !sessions.areIdle()) {
        sessions.dropAll();
      }
      // A script without fill statements has changed its rows, so it cannot be repeated.
    } while (Player.wasDisturbed(result) && !file.fill().isEmpty() && attempt++ < ATTEMPTS);
    return result;
  }

  /** Runs a statement that makes or fills tables; its failure is a difference. */
  private static Optional<SectionResult> failure(Section section, String sql, Control control)
      throws IOException {
    var answer = control.ask(sql);
    if (!answer.isError()) {
      return Optional.empty();
    }
    Step step = Step.parse("X: " + sql);
    StepResult result = StepResult.of(step, AnswerText.of(answer), Optional.of(answer));
    return Optional.of(
        new SectionResult(section, WIRE, List.of(result), "its tables could not be made"));
  }

  /** Asks the probes of a section. */
  private void ask(Section section) throws IOException {
    for (Section.Question question : section.probes()) {
      Probe probe = probes.get(question.probe());
      if (probe == null) {
        throw new IllegalStateException("no probe " + question.probe());
      }
      if (probe.needsToken() && !connections.secrets().areTokens()) {
        results.add(SectionResult.notPlayed(section, WIRE, "needs tokens, not a password"));
        continue;
      }
      String came;
      try {
        came = probe.asking().ask(new ProbeScene(connections, schema, pause));
      } catch (EndpointLostException | ConformanceException e) {
        throw e;
      } catch (IOException e) {
        came = "failed: " + e.getMessage();
      }
      came = came.replace(schema, Step.SCHEMA);
      StepResult result =
          new StepResult(
              question.probe(),
              question.expected(),
              came,
              came.equals(question.expected()),
              Optional.empty());
      results.add(new SectionResult(section, WIRE, List.of(result), ""));
    }
  }
}
