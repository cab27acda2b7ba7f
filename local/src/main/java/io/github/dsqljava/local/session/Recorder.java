package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.ClientText;
import io.github.dsqljava.local.journal.Journal;
import io.github.dsqljava.local.journal.RecordedStatement;
import io.github.dsqljava.local.journal.RecordedStatement.Outcome;
import io.github.dsqljava.local.journal.RecordedStatement.Protocol;
import io.github.dsqljava.local.protocol.BackendType;
import io.github.dsqljava.local.protocol.CommandComplete;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.Message;
import io.github.dsqljava.local.request.Step;
import io.github.dsqljava.local.request.Step.Use;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Matches each answer that the client gets with its step, and writes both into the journal. Belongs
 * to an event loop.
 */
final class Recorder {
  /**
   * A step that waits for its answer, or the end of a batch.
   *
   * @param run the group; null if it is not complete
   * @param step null for the end of a batch
   * @param arrived System.nanoTime() when it came
   */
  private record Expected(@Nullable Run run, @Nullable Step step, long arrived) {}

  /** Tells whether the client has a transaction block open now. */
  interface Status {
    boolean isInTransaction();
  }

  private final Journal journal;
  private final int processId;
  private final String user;
  private final Deque<Expected> expected = new ArrayDeque<>();
  private Status status = () -> false;

  /** The text that failed in its Parse, Bind or Describe; its Execute is not a second statement. */
  private @Nullable ClientText failedEarly;

  /** The last statement of the batch that was run. */
  private @Nullable Expected last;

  Recorder(Journal journal, int processId, String user) {
    this.journal = journal;
    this.processId = processId;
    this.user = user;
  }

  /** The session begins. */
  void begins() {
    journal.connected(processId, user);
  }

  /**
   * The transaction has released its locks for another one.
   *
   * @param lost whether it has lost its changes
   */
  void gaveWay(boolean lost) {
    journal.gaveWay(processId, user, lost);
  }

  void use(Status given) {
    status = given;
  }

  /** The client has sent a group. */
  void received(Run run) {
    if (run.group().checksSyntax()) {
      return; // its statements follow
    }
    long now = System.nanoTime();
    for (Step step : run.group().steps()) {
      expected.add(new Expected(run, step, now));
    }
    if (run.group().isLast()) {
      expected.add(new Expected(run, null, now));
    }
  }

  /** The client gets a whole message. */
  void answered(ByteBuf message) {
    switch (Message.type(message)) {
      case BackendType.COMMAND_COMPLETE -> completed(CommandComplete.decode(message).tag());
      case BackendType.PORTAL_SUSPENDED, BackendType.FUNCTION_CALL_RESPONSE -> completed("");
      case BackendType.EMPTY_QUERY_RESPONSE -> empty();
      case BackendType.ERROR_RESPONSE -> failed(ErrorMessage.decode(message));
      case BackendType.READY_FOR_QUERY -> ready();
      case BackendType.PARSE_COMPLETE,
          BackendType.BIND_COMPLETE,
          BackendType.CLOSE_COMPLETE,
          BackendType.ROW_DESCRIPTION,
          BackendType.NO_DATA ->
          prepared();
      default -> {}
    }
  }

  /** The batch of a group continues after the data of a COPY. */
  void copyBegins(Run run) {
    if (!run.group().isLast()) {
      getsNoReady(run);
    }
  }

  /** The answer to a group ends without a ReadyForQuery of its own. */
  void getsNoReady(Run run) {
    expected.removeIf(entry -> entry.run == run && entry.step == null);
  }

  private void prepared() {
    Expected head = expected.peek();
    if (head != null && head.step != null && isPreparation(head.step.use())) {
      expected.remove();
    }
  }

  /** Whether a step only prepares; the rows of a Query have a description, too, but run. */
  private static boolean isPreparation(Use use) {
    return switch (use) {
      case PARSE, BIND, DESCRIBE, CLOSE -> true;
      case EXECUTE, QUERY, FUNCTION_CALL -> false;
    };
  }

  private void completed(String tag) {
    Expected head = expected.peek();
    if (head == null || head.step == null || !head.step.runs()) {
      return;
    }
    expected.remove();
    write(head, Outcome.SUCCEEDED, tag, null);
    last = head;
  }

  private void empty() {
    Expected head = expected.peek();
    if (head != null && head.step != null && head.step.use() == Use.EXECUTE) {
      expected.remove();
    }
  }

  private void failed(ErrorMessage error) {
    Expected head = expected.peek();
    if (head == null) {
      return; // it answers nothing
    }
    if (head.step == null) {
      if (last != null) {
        write(last, Outcome.FAILED, "", error);
      }
      return;
    }
    if (isPreparation(head.step.use())) {
      failedEarly = head.step.text();
    }
    expected.remove();
    write(head, Outcome.FAILED, "", error);
  }

  private void ready() {
    for (Expected next = expected.poll(); next != null; next = expected.poll()) {
      if (next.step == null) {
        break;
      }
      leave(next, Outcome.SKIPPED);
    }
    failedEarly = null;
    last = null;
  }

  /**
   * The session is over.
   *
   * @param waiting steps of a batch that is not complete
   */
  void ends(List<Step> waiting) {
    expected.forEach(entry -> leave(entry, Outcome.UNANSWERED));
    expected.clear();
    waiting.forEach(step -> leave(new Expected(null, step, System.nanoTime()), Outcome.UNANSWERED));
    journal.disconnected(processId, user);
  }

  private void leave(Expected entry, Outcome outcome) {
    Step step = entry.step;
    if (step == null) {
      return;
    }
    boolean nothing = step.text().statements().isEmpty() && step.text() != ClientText.UNKNOWN;
    if (step.use() == Use.EXECUTE && step.text() == failedEarly) {
      failedEarly = null;
    } else if (step.runs() && !nothing) {
      write(entry, outcome, "", null);
    }
  }

  private void write(Expected entry, Outcome outcome, String tag, @Nullable ErrorMessage error) {
    if (entry.step == null) {
      return;
    }
    Step step = entry.run == null ? entry.step : entry.run.group().resolved(entry.step);
    boolean now = status.isInTransaction();
    journal.add(
        RecordedStatement.builder()
            .processId(processId)
            .user(user)
            .protocol(protocol(step.use()))
            .sql(utf8(step.recordedText()))
            .inTransaction(entry.run == null ? now : entry.run.isInTransaction(now))
            .outcome(outcome)
            .tag(tag)
            .sqlState(error == null ? "" : error.sqlState())
            .message(error == null ? "" : utf8(error.message()))
            .duration(Duration.ofNanos(System.nanoTime() - entry.arrived))
            .build());
  }

  private static Protocol protocol(Use use) {
    return switch (use) {
      case QUERY -> Protocol.SIMPLE;
      case FUNCTION_CALL -> Protocol.FUNCTION_CALL;
      case PARSE, BIND, DESCRIBE, CLOSE, EXECUTE -> Protocol.EXTENDED;
    };
  }

  /** Text of messages has one character for each byte. */
  private static String utf8(String bytes) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
