package io.github.dsqljava.local;

import io.github.dsqljava.local.journal.Journal;
import io.github.dsqljava.local.journal.RecordedStatement;
import io.github.dsqljava.local.journal.RefusedLogin;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Logs the events of a cluster for people, one line each. A consumer of lines that fails loses the
 * line, and nothing else. Thread-safe.
 */
final class StatementLog implements Journal {
  private static final System.Logger LOG = System.getLogger(StatementLog.class.getName());
  private static final int MAX_TEXT = 300;

  /** Local time, to compare with the output of other programs on the same machine. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

  private final Consumer<String> lines;
  private final InstantSource clock;

  StatementLog(Consumer<String> lines, InstantSource clock) {
    this.lines = lines;
    this.clock = clock;
  }

  @Override
  public boolean isOn() {
    return true;
  }

  @Override
  public void add(RecordedStatement statement) {
    double millis = statement.duration().toNanos() / 1e6;
    print(
        statement.processId(),
        statement.user(),
        String.format(Locale.ROOT, "%.1f ms  ", millis)
            + text(statement)
            + "  -> "
            + answer(statement));
  }

  private static String text(RecordedStatement statement) {
    return statement.protocol() == RecordedStatement.Protocol.FUNCTION_CALL
        ? "(function call)"
        : oneLine(statement.sql());
  }

  private static String answer(RecordedStatement statement) {
    return switch (statement.outcome()) {
      case SUCCEEDED -> statement.tag().isEmpty() ? "ok" : statement.tag();
      case FAILED ->
          (statement.isConflict() ? "CONFLICT " : "ERROR ")
              + statement.sqlState()
              + " "
              + oneLine(statement.message());
      case SKIPPED -> "skipped, because of an error before it";
      case UNANSWERED -> "no answer, the connection ended";
    };
  }

  @Override
  public void add(RefusedLogin login) {
    // The front end logs it, with the reason and the remedy.
  }

  @Override
  public void connected(int processId, String user) {
    print(processId, user, "connected");
  }

  @Override
  public void disconnected(int processId, String user) {
    print(processId, user, "disconnected");
  }

  @Override
  public void gaveWay(int processId, String user, boolean lost) {
    print(
        processId,
        user,
        lost
            ? "gives way to another session, and has lost: its next statement fails"
            : "gives way to another session; COMMIT decides which of them wins");
  }

  private void print(int processId, String user, String what) {
    String line = time() + " [" + processId + " " + oneLine(user) + "] " + what;
    try {
      lines.accept(line);
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.WARNING, "the consumer of the statement log failed", e);
    }
  }

  private String time() {
    return TIME.format(clock.instant());
  }

  /** Turns white space into single blanks, so that a statement of many lines is readable in one. */
  private static String oneLine(String text) {
    StringBuilder line = new StringBuilder();
    boolean blank = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (Character.isWhitespace(c)) {
        blank = !line.isEmpty();
        continue;
      }
      if (blank) {
        line.append(' ');
        blank = false;
      }
      if (line.length() >= MAX_TEXT) {
        return line + "...";
      }
      line.appendCodePoint(isPrinted(c) ? c : '?');
    }
    return line.toString();
  }

  /** Whether a character is neither a control character nor one that reorders its neighbours. */
  private static boolean isPrinted(int c) {
    return !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT;
  }
}
