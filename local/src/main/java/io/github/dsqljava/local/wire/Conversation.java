package io.github.dsqljava.local.wire;

import io.github.dsqljava.local.sql.StatementKind;
import io.github.dsqljava.local.sql.StatementSpan;
import io.github.dsqljava.local.wire.Fault.Trigger;
import io.github.dsqljava.local.wire.FaultPlan.Strike;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the two legs of a logged-in connection know together: how far PostgreSQL has answered, the
 * status of the transaction, and the fault that is on its way to the client.
 *
 * <p>A client speaks in batches: one Query, or messages of the extended protocol up to a Sync.
 * PostgreSQL answers each with one ReadyForQuery, and skips what is left of a batch after an error.
 * So within a batch the status can be told in advance: whatever statement PostgreSQL comes to, all
 * before it have succeeded. Only the status at the begin has to be known. Therefore, while faults
 * are armed, a batch is held until all before it are answered. A client that pipelines notices
 * nothing but the time it takes.
 *
 * <p>A statement that a fault strikes gives way to a {@link StandIn}. Its failure tells that
 * PostgreSQL has come to it, and the client gets the fault in place of the failure and of the few
 * answers before it. If there is no such failure in the batch, then something before it has failed;
 * the fault has struck nothing and goes back to the plan.
 *
 * <p>No channels, no buffers. Used on the connection's event loop only.
 */
final class Conversation {
  private enum Batch {
    NONE,
    /** Begun while no fault was armed: nobody looks at its statements. */
    UNSEEN,
    SEEN
  }

  private final FaultPlan faults;

  /** Prepared statements, without those of kind OTHER, which are nearly all. */
  private final Map<String, StatementKind> statements = new HashMap<>();

  /** Portals bound in batches that are seen. */
  private final Map<String, StatementKind> portals = new HashMap<>();

  private Batch batch = Batch.NONE;

  /** Batches that have ended and wait for their ReadyForQuery. */
  private int unanswered;

  private boolean lastEndedWithSync;

  /** As of the last ReadyForQuery; in a batch that is seen, as of its last statement. */
  private TransactionStatus transaction = TransactionStatus.IDLE;

  private boolean copyingIn;
  private @Nullable Strike strike;
  private int hiddenAnswers;
  private boolean cut;
  private boolean endIsExpected;

  Conversation(FaultPlan faults) {
    this.faults = faults;
  }

  /**
   * Whether the next message of the client may go to PostgreSQL. If not, it is the first of a batch
   * that has to wait for a {@link #ready}.
   */
  boolean admits() {
    if (cut) {
      return false;
    }
    if (batch != Batch.NONE) {
      return true;
    }
    boolean armed = faults.statementsArmed();
    if (unanswered > 0 && (armed || strike != null)) {
      return false;
    }
    batch = armed ? Batch.SEEN : Batch.UNSEEN;
    if (!armed && !portals.isEmpty()) {
      portals.clear(); // from here on, others take their names unseen
    }
    return true;
  }

  /** Whether Bind and Execute have to be reported here. */
  boolean seesStatements() {
    return batch == Batch.SEEN;
  }

  /** The client sends a Parse. */
  void prepares(String statement, StatementKind kind) {
    if (kind != StatementKind.OTHER) {
      statements.put(statement, kind);
    } else if (!statements.isEmpty()) {
      statements.remove(statement);
    }
  }

  /** Whether it matters that a prepared statement is closed. */
  boolean remembersStatements() {
    return !statements.isEmpty();
  }

  /** The client sends a Close of a prepared statement. */
  void closesStatement(String statement) {
    statements.remove(statement);
  }

  /** The client sends a Bind. */
  void binds(String portal, String statement) {
    portals.put(portal, statements.getOrDefault(statement, StatementKind.OTHER));
  }

  /** The client sends an Execute; returns the fault that strikes it, or null. */
  @Nullable Fault executes(String portal) {
    StatementKind kind = portals.get(portal);
    Fault fault = kind == null ? null : struckBy(kind);
    if (fault != null) {
      hiddenAnswers = StandIn.answersToMessages(fault.before());
    }
    return fault;
  }

  /** The client sends a Query, which ends its batch; returns the SQL that PostgreSQL is given. */
  String queries(String sql) {
    String given = seesStatements() ? withStandIn(sql) : sql;
    endsBatch(/* withSync= */ false);
    return given;
  }

  private String withStandIn(String sql) {
    for (StatementSpan statement : StatementSpan.of(sql)) {
      Fault fault = struckBy(statement.kind());
      if (fault != null) {
        hiddenAnswers = StandIn.answersToSql(fault.before());
        return sql.substring(0, statement.start())
            + StandIn.sql(fault.before())
            + sql.substring(statement.end());
      }
    }
    return sql;
  }

  private @Nullable Fault struckBy(StatementKind kind) {
    if (strike != null) {
      return null; // PostgreSQL will skip this statement
    }
    Trigger trigger = trigger(kind);
    strike = trigger == null ? null : faults.take(trigger);
    if (strike == null) {
      transaction = transaction.after(kind);
      return null;
    }
    return strike.fault();
  }

  private @Nullable Trigger trigger(StatementKind kind) {
    return switch (kind) {
      case BEGIN -> transaction == TransactionStatus.IDLE ? Trigger.BEGIN : null;
      case COMMIT -> transaction == TransactionStatus.OPEN ? Trigger.COMMIT : null;
      case OTHER -> transaction == TransactionStatus.FAILED ? null : Trigger.STATEMENT;
      // No source has seen the service take AND CHAIN.
      case COMMIT_AND_CHAIN, ROLLBACK, ROLLBACK_AND_CHAIN, EMPTY -> null;
    };
  }

  /** The client sends a Sync, or another message that is answered with ReadyForQuery. */
  void endsBatch(boolean withSync) {
    batch = Batch.NONE;
    unanswered++;
    lastEndedWithSync = withSync;
  }

  /** The client says goodbye, so PostgreSQL will close. */
  void saysGoodbye() {
    endIsExpected = true;
  }

  /** PostgreSQL asks for the data of a COPY, and until it has them all ignores every Sync. */
  void copyInBegins() {
    copyingIn = true;
    if (lastEndedWithSync && unanswered > 0) {
      unanswered--; // it came right behind the COPY, as libpq sends it
    }
  }

  /** The client has sent all data of a COPY, or PostgreSQL has had enough. */
  void copyInEnds() {
    copyingIn = false;
  }

  /** Whether PostgreSQL would ignore a Sync. */
  boolean copiesIn() {
    return copyingIn;
  }

  /** How many answers have to be kept back, because they may be those to a stand-in. */
  int hiddenAnswers() {
    return hiddenAnswers;
  }

  /** PostgreSQL answers with an error; returns the fault that the client gets instead, or null. */
  @Nullable Fault fails(ErrorMessage error) {
    copyingIn = false;
    endIsExpected |= error.isFatal();
    if (strike == null || !StandIn.isFailure(error)) {
      return null;
    }
    Fault fault = strike.fault();
    strike = null;
    hiddenAnswers = 0;
    if (fault.answer().isEmpty()) {
      cut = true;
      endIsExpected = true;
    }
    return fault;
  }

  /** PostgreSQL sends ReadyForQuery. */
  void ready(byte status) {
    unanswered = Math.max(0, unanswered - 1);
    transaction = TransactionStatus.of(status);
    if (transaction == TransactionStatus.IDLE && !portals.isEmpty()) {
      portals.clear();
    }
    giveBack();
  }

  /** PostgreSQL has closed. */
  void ends() {
    giveBack();
  }

  private void giveBack() {
    if (strike != null) {
      faults.giveBack(strike);
      strike = null;
      hiddenAnswers = 0;
    }
  }

  /** Whether the end of PostgreSQL's session is no surprise. */
  boolean expectsEnd() {
    return endIsExpected;
  }

  /** Whether a fault has ended the connection: the client gets nothing any more. */
  boolean isCut() {
    return cut;
  }
}
