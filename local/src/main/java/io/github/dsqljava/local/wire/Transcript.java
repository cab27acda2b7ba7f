package io.github.dsqljava.local.wire;

import io.github.dsqljava.local.journal.Journal;
import io.github.dsqljava.local.journal.RecordedStatement;
import io.github.dsqljava.local.journal.RecordedStatement.Outcome;
import io.github.dsqljava.local.journal.RecordedStatement.Protocol;
import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.SqlStatements;
import io.github.dsqljava.local.sql.StatementKind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which of a client's statements each answer is for, and takes both down.
 *
 * <p>No channels, no buffers. Used on the connection's event loop only.
 */
final class Transcript {
  /** What the server answers one after the other. */
  private enum Use {
    PARSE,
    BIND,
    DESCRIBE,
    CLOSE,
    EXECUTE,
    /** One statement of a Query; the last one is followed by {@link #END}. */
    QUERY,
    FUNCTION_CALL,
    /** What is answered with ReadyForQuery: a Query or a function call. */
    END,
    SYNC
  }

  private record Text(String sql, StatementKind kind) {
    static final Text UNKNOWN = new Text("", StatementKind.OTHER);
  }

  private record Step(Use use, Text text) {}

  private final Journal journal;
  private final int processId;
  private final String user;

  private final Map<String, Text> statements = new HashMap<>();
  private final Map<String, Text> portals = new HashMap<>();
  private final Deque<Step> steps = new ArrayDeque<>();

  private TransactionStatus transaction = TransactionStatus.IDLE;

  /** Whether the server skips everything up to the next Sync. */
  private boolean skipsToSync;

  /** Failed before it was run; its Execute is the same statement. */
  private @Nullable Text failedEarly;

  /** The last statement that was run before a Sync. */
  private @Nullable Step last;

  /** Whether the server waits for data, and takes no notice of Sync. */
  private boolean copiesIn;

  Transcript(Journal journal, int processId, String user) {
    this.journal = journal;
    this.processId = processId;
    this.user = user;
  }

  // ---- what the client sends

  void query(String sql) {
    List<SqlStatement> all = SqlStatements.split(sql);
    for (SqlStatement statement : all) {
      String text = all.size() == 1 ? sql : statement.text();
      steps.add(new Step(Use.QUERY, new Text(text, StatementKind.of(statement))));
    }
    steps.add(new Step(Use.END, Text.UNKNOWN));
  }

  void parse(String name, String sql) {
    Text text = new Text(sql, Target.of(sql).kind());
    statements.put(name, text);
    steps.add(new Step(Use.PARSE, text));
  }

  void bind(String portal, String statement) {
    Text text = statements.getOrDefault(statement, Text.UNKNOWN);
    portals.put(portal, text);
    steps.add(new Step(Use.BIND, text));
  }

  void describeStatement(String name) {
    steps.add(new Step(Use.DESCRIBE, statements.getOrDefault(name, Text.UNKNOWN)));
  }

  void describePortal(String name) {
    steps.add(new Step(Use.DESCRIBE, portals.getOrDefault(name, Text.UNKNOWN)));
  }

  void closeStatement(String name) {
    statements.remove(name);
    steps.add(new Step(Use.CLOSE, Text.UNKNOWN));
  }

  void closePortal(String name) {
    portals.remove(name);
    steps.add(new Step(Use.CLOSE, Text.UNKNOWN));
  }

  void execute(String portal) {
    steps.add(new Step(Use.EXECUTE, portals.getOrDefault(portal, Text.UNKNOWN)));
  }

  void functionCall() {
    steps.add(new Step(Use.FUNCTION_CALL, Text.UNKNOWN));
    steps.add(new Step(Use.END, Text.UNKNOWN));
  }

  void sync() {
    if (!copiesIn) {
      steps.add(new Step(Use.SYNC, Text.UNKNOWN));
    }
  }

  void copyInEnds() {
    copiesIn = false;
  }

  // ---- what the server answers

  void copyInBegins() {
    copiesIn = true;
    Iterator<Step> upcoming = steps.iterator();
    if (upcoming.hasNext()
        && upcoming.next().use == Use.EXECUTE
        && upcoming.hasNext()
        && upcoming.next().use == Use.SYNC) {
      upcoming.remove(); // it came right behind the COPY, as libpq sends it
    }
  }

  /** ParseComplete, BindComplete, CloseComplete, and what answers a Describe. */
  void prepared() {
    Step head = steps.peek();
    if (head != null) {
      switch (head.use) {
        case PARSE, BIND, DESCRIBE, CLOSE -> steps.remove();
        // The rows of a Query have a description, too.
        case EXECUTE, QUERY, FUNCTION_CALL, END, SYNC -> {}
      }
    }
  }

  /**
   * CommandComplete, PortalSuspended, FunctionCallResponse.
   *
   * @param tag the command tag, if there is one
   */
  void completed(String tag) {
    Step head = steps.peek();
    if (head == null || !runs(head)) {
      return;
    }
    steps.remove();
    take(head, Outcome.SUCCEEDED, tag, "", "");
    transaction = transaction.after(head.text.kind);
    last = head;
  }

  /** EmptyQueryResponse. */
  void empty() {
    Step head = steps.peek();
    if (head != null && head.use == Use.EXECUTE) {
      steps.remove();
    }
  }

  /** ErrorResponse. */
  void failed(String sqlState, String message) {
    copiesIn = false;
    Step head = steps.peek();
    if (head == null) {
      return; // it answers nothing
    }
    switch (head.use) {
      case SYNC, END -> {
        if (last != null) {
          take(last, Outcome.FAILED, "", sqlState, message);
        }
        return;
      }
      case PARSE, BIND, DESCRIBE -> failedEarly = head.text;
      case EXECUTE, QUERY, FUNCTION_CALL, CLOSE -> {}
    }
    skipsToSync = head.use != Use.QUERY && head.use != Use.FUNCTION_CALL;
    steps.remove();
    take(head, Outcome.FAILED, "", sqlState, message);
  }

  /** ReadyForQuery. */
  void ready(byte status) {
    copiesIn = false;
    for (Step step = steps.poll(); step != null; step = steps.poll()) {
      if (step.use == Use.SYNC || (step.use == Use.END && !skipsToSync)) {
        break;
      }
      leave(step, Outcome.SKIPPED);
    }
    skipsToSync = false;
    failedEarly = null;
    last = null;
    transaction = TransactionStatus.of(status);
  }

  /** The connection is over. */
  void ends() {
    steps.forEach(step -> leave(step, Outcome.UNANSWERED));
    steps.clear();
  }

  private void leave(Step step, Outcome outcome) {
    if (step.use == Use.EXECUTE && step.text == failedEarly) {
      failedEarly = null;
    } else if (runs(step) && step.text.kind != StatementKind.EMPTY) {
      take(step, outcome, "", "", "");
    }
  }

  private static boolean runs(Step step) {
    return step.use == Use.EXECUTE || step.use == Use.QUERY || step.use == Use.FUNCTION_CALL;
  }

  private void take(Step step, Outcome outcome, String tag, String sqlState, String message) {
    Protocol protocol =
        switch (step.use) {
          case QUERY -> Protocol.SIMPLE;
          case FUNCTION_CALL -> Protocol.FUNCTION_CALL;
          case PARSE, BIND, DESCRIBE, CLOSE, EXECUTE, END, SYNC -> Protocol.EXTENDED;
        };
    journal.add(
        new RecordedStatement(
            processId,
            user,
            protocol,
            step.text.sql,
            transaction != TransactionStatus.IDLE,
            outcome,
            tag,
            sqlState,
            message));
  }
}
