package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.conformance.script.Section;
import io.github.dsqljava.local.conformance.script.Step;
import io.github.dsqljava.local.conformance.wire.Answer;
import io.github.dsqljava.local.conformance.wire.WireSession;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Plays the steps of a script and records the answers. */
final class Player implements AutoCloseable {
  private static final String SCHEMA_CONFLICT = "(OC001)";
  private static final String JOB = "job_id";

  /** The service needs about half a minute for an index, even on a small table. */
  private static final Duration LONGEST_JOB = Duration.ofMinutes(10);

  private final String schema;
  private final Pause pause;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "conformance-session");
            thread.setDaemon(true);
            return thread;
          });

  Player(String schema, Pause pause) {
    this.schema = schema;
    this.pause = pause;
  }

  /**
   * Plays a section once.
   *
   * @throws EndpointLostException if no session can be opened
   */
  SectionResult play(Section section, String protocol, Sessions sessions) throws IOException {
    List<StepResult> results = new ArrayList<>();
    Run run = new Run(sessions);
    String reason = "";
    for (Step written : section.steps()) {
      if (written.onlyHere()) {
        continue;
      }
      Step step = written.in(schema);
      Optional<StepResult> result;
      try {
        result = run.take(step);
      } catch (EndpointLostException | ConformanceException e) {
        throw e;
      } catch (SocketTimeoutException e) {
        result = Optional.of(StepResult.of(step, "!no answer in time", Optional.empty()));
        reason = "the rest was not played: " + step.session() + " got no answer";
      } catch (IOException e) {
        if (sessions.areStopped()) {
          throw Connections.stopped(); // it says nothing of the cluster
        }
        result = Optional.of(StepResult.of(step, "!the connection ended", Optional.empty()));
        reason = "the rest was not played: the connection of " + step.session() + " ended";
      }
      result.ifPresent(results::add);
      if (!reason.isEmpty()) {
        sessions.dropAll();
        break;
      }
    }
    return new SectionResult(section, protocol, results, reason);
  }

  /** Whether an answer names jobs. */
  static boolean isJob(Answer answer) {
    return List.of(JOB).equals(answer.columns()) && !answer.rows().isEmpty();
  }

  /**
   * Whether another user's schema change disturbed the script, so that its result means nothing.
   */
  static boolean wasDisturbed(SectionResult result) {
    return result.steps().stream()
        .anyMatch(
            step ->
                !step.same()
                    && step.came().contains(SCHEMA_CONFLICT)
                    && !step.expected().contains(SCHEMA_CONFLICT));
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  /** The state of one script: its sessions, their running statements, its jobs. */
  private final class Run {
    private final Sessions sessions;
    private final Map<String, Future<Answer>> running = new HashMap<>();
    private final List<String> jobs = new ArrayList<>();

    Run(Sessions sessions) {
      this.sessions = sessions;
    }

    /** Returns nothing for a step that has no answer of its own. */
    Optional<StepResult> take(Step step) throws IOException {
      WireSession session = sessions.get(step.session());
      switch (step.mode()) {
        case Step.SEND -> {
          running.put(step.session(), threads.submit(() -> session.ask(step.sql())));
          return Optional.empty();
        }
        case Step.RUNS -> {
          boolean over = Objects.requireNonNull(running.get(step.session())).isDone();
          return Optional.of(StepResult.of(step, over ? "!it is over" : Step.OK, Optional.empty()));
        }
        case Step.AWAIT -> {
          return Optional.of(result(step, await(running.remove(step.session()))));
        }
        default -> {
          return Optional.of(asked(step, session));
        }
      }
    }

    private StepResult asked(Step step, WireSession session) throws IOException {
      if (step.sql().startsWith("wait ")) {
        pause.pass(Duration.ofSeconds(Long.parseLong(step.sql().substring("wait ".length()))));
        return StepResult.of(step, Step.OK, Optional.empty());
      }
      switch (step.sql()) {
        case "status" -> {
          return StepResult.of(step, session.status(), Optional.empty());
        }
        case "drop" -> {
          sessions.drop(step.session());
          return StepResult.of(step, Step.OK, Optional.empty());
        }
        case "jobs" -> {
          Answer last = new Answer(null, List.of(), "", Map.of());
          for (String job : jobs) {
            last = session.ask("CALL sys.wait_for_job('" + job + "')", LONGEST_JOB);
          }
          jobs.clear();
          return StepResult.of(
              step, last.isError() ? AnswerText.of(last) : Step.OK, Optional.of(last));
        }
        default -> {
          return result(step, session.ask(step.sql()));
        }
      }
    }

    private StepResult result(Step step, Answer answer) throws IOException {
      if (isJob(answer)) {
        answer.rows().forEach(row -> jobs.add(Objects.requireNonNullElse(row.get(0), "")));
      }
      if (answer.isFatal()) {
        sessions.drop(step.session());
      }
      return StepResult.of(step, AnswerText.of(answer), Optional.of(answer));
    }

    private Answer await(@Nullable Future<Answer> answer) throws IOException {
      try {
        return Objects.requireNonNull(answer).get(); // the session's own limit ends it
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ConformanceException("interrupted", e);
      } catch (ExecutionException e) {
        throw e.getCause() instanceof IOException failure
            ? failure
            : new IOException("no answer", e.getCause());
      }
    }
  }
}
