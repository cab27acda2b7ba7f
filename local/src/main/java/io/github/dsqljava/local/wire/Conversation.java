package io.github.dsqljava.local.wire;

import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.SqlStatements;
import io.github.dsqljava.local.sql.TableName;
import io.github.dsqljava.local.wire.Fault.Before;
import io.github.dsqljava.local.wire.Fault.Trigger;
import io.github.dsqljava.local.wire.FaultPlan.Strike;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
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

  /** The SQL of prepared statements. */
  private final Map<String, String> statements = new HashMap<>();

  /** Portals bound in batches that are seen. */
  private final Map<String, Target> portals = new HashMap<>();

  /** What the open transaction has changed in batches that are seen. */
  private final Set<TableName> changed = new HashSet<>();

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
  private boolean over;
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
    // While it waits for data, PostgreSQL takes no other message: it ends the connection.
    if (batch != Batch.NONE || copyingIn) {
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
  void prepares(String statement, String sql) {
    statements.put(statement, sql);
  }

  /** The client sends a Close of a prepared statement. */
  void closesStatement(String statement) {
    statements.remove(statement);
  }

  /** The client sends a Bind. */
  void binds(String portal, String statement) {
    String sql = statements.get(statement);
    portals.put(portal, sql == null ? Target.UNKNOWN : Target.of(sql));
  }

  /** The client sends an Execute; returns what PostgreSQL does instead, or null. */
  @Nullable Before executes(String portal) {
    Target target = portals.get(portal);
    Before before = target == null ? null : struckAt(target);
    if (before != null) {
      hiddenAnswers = StandIn.answersToMessages(before);
    }
    return before;
  }

  /** The client sends a Query, which ends its batch; returns the SQL that PostgreSQL is given. */
  String queries(String sql) {
    String given = seesStatements() ? withStandIn(sql) : sql;
    endsBatch(/* withSync= */ false);
    return given;
  }

  private String withStandIn(String sql) {
    for (SqlStatement statement : SqlStatements.split(sql)) {
      Before before = struckAt(Target.of(statement));
      if (before != null) {
        hiddenAnswers = StandIn.answersToSql(before);
        return sql.substring(0, statement.start())
            + StandIn.sql(before, statement.text())
            + sql.substring(statement.end());
      }
    }
    return sql;
  }

  private @Nullable Before struckAt(Target target) {
    if (strike != null) {
      return null; // PostgreSQL will skip this statement
    }
    Occasion occasion = occasion(target);
    strike = occasion == null ? null : faults.take(occasion);
    if (strike == null) {
      changed.addAll(target.changed());
      transaction = transaction.after(target.kind());
      switch (target.kind()) {
        case COMMIT, COMMIT_AND_CHAIN, ROLLBACK, ROLLBACK_AND_CHAIN -> changed.clear();
        case BEGIN, OTHER, EMPTY -> {}
      }
      return null;
    }
    // Nothing is rolled back but what has been run: the statement, and what is committed with it.
    boolean behind = occasion != null && occasion.autocommits() && !isTriggered(occasion);
    return behind ? Before.ITSELF : strike.fault().before();
  }

  private boolean isTriggered(Occasion occasion) {
    return strike != null && strike.fault().kind().trigger() == occasion.trigger();
  }

  private @Nullable Occasion occasion(Target target) {
    return switch (target.kind()) {
      case BEGIN -> transaction == TransactionStatus.IDLE ? Occasion.of(Trigger.BEGIN) : null;
      case COMMIT ->
          transaction == TransactionStatus.OPEN
              ? new Occasion(Trigger.COMMIT, /* autocommits= */ false, Set.copyOf(changed))
              : null;
      case OTHER -> {
        boolean autocommits = transaction == TransactionStatus.IDLE && !target.changed().isEmpty();
        yield transaction == TransactionStatus.FAILED
            ? null
            : new Occasion(Trigger.STATEMENT, autocommits, target.changed());
      }
      // No source has seen the service take AND CHAIN.
      case COMMIT_AND_CHAIN, ROLLBACK, ROLLBACK_AND_CHAIN, EMPTY -> null;
    };
  }

  /** The client sends a Sync, or another message that is answered with ReadyForQuery. */
  void endsBatch(boolean withSync) {
    if (copyingIn) {
      return; // as in admits
    }
    batch = Batch.NONE;
    unanswered++;
    lastEndedWithSync = withSync;
  }

  /** The client says goodbye, so PostgreSQL will close. */
  void saysGoodbye() {
    endIsExpected = true;
  }

  /** The connection is to end as soon as PostgreSQL has answered what it has got. */
  void isToEnd() {
    over = true;
    endIsExpected = true;
  }

  /** Whether nothing more is taken from the client. */
  boolean isOver() {
    return over;
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
    faults.struck(strike);
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
    if (transaction == TransactionStatus.IDLE && !(portals.isEmpty() && changed.isEmpty())) {
      portals.clear();
      changed.clear();
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
