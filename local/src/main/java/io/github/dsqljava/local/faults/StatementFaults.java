package io.github.dsqljava.local.faults;

import io.github.dsqljava.local.dialect.ClientText;
import io.github.dsqljava.local.dialect.Statement;
import io.github.dsqljava.local.dialect.TransactionEffect;
import io.github.dsqljava.local.faults.Fault.Before;
import io.github.dsqljava.local.faults.Fault.Trigger;
import io.github.dsqljava.local.faults.FaultPlan.Strike;
import io.github.dsqljava.local.protocol.TransactionStatus;
import io.github.dsqljava.local.request.Step;
import io.github.dsqljava.local.request.Step.Use;
import io.github.dsqljava.local.sql.TableName;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Selects the faults that strike the statements of one session. The session asks about each
 * statement, in PostgreSQL's order, while faults are armed. Belongs to an event loop.
 */
public final class StatementFaults {
  /**
   * A fault that strikes a statement.
   *
   * @param before PostgreSQL's work before it
   */
  public record Hit(Strike strike, Before before) {
    /** Returns the fault. */
    public Fault fault() {
      return strike.fault();
    }
  }

  private final FaultPlan plan;

  /** The tables that the open transaction has changed while faults were armed. */
  private final Set<TableName> changed = new HashSet<>();

  /** No statement has been run. */
  public StatementFaults(FaultPlan plan) {
    this.plan = plan;
  }

  /** Whether a statement of any session may be struck. */
  public boolean areArmed() {
    return plan.statementsArmed();
  }

  /** The fault has reached its client. */
  public void struck(Hit hit) {
    plan.struck(hit.strike);
  }

  /** The fault found nothing to strike. */
  public void giveBack(Hit hit) {
    plan.giveBack(hit.strike);
  }

  /**
   * Takes the fault that strikes a statement out of the plan; null if there is none, and the
   * statement is run.
   *
   * @param status of the client's transaction before it
   */
  public @Nullable Hit at(Step step, TransactionStatus status) {
    if (status == TransactionStatus.IDLE) {
      changed.clear();
    }
    Occasion occasion = occasion(step, status);
    Strike strike = occasion == null ? null : plan.take(occasion);
    if (occasion == null || strike == null) {
      if (step.runs()) {
        isRun(step.statement());
      }
      return null;
    }
    // PostgreSQL can roll back only work that has run: the statement and its implicit transaction.
    boolean behind =
        occasion.autocommits() && strike.fault().kind().trigger() != occasion.trigger();
    return new Hit(strike, behind ? Before.ITSELF : strike.fault().before());
  }

  private void isRun(@Nullable Statement statement) {
    if (statement == null) {
      return;
    }
    if (statement.effect().endsTransaction()) {
      changed.clear();
    } else {
      changed.addAll(statement.changedTables());
    }
  }

  private @Nullable Occasion occasion(Step step, TransactionStatus status) {
    Statement statement = step.statement();
    boolean unknown = step.text() == ClientText.UNKNOWN;
    boolean empty = step.text().statements().isEmpty() && !unknown;
    if (!step.runs() || step.use() == Use.FUNCTION_CALL || unknown || empty) {
      return null;
    }
    TransactionEffect effect = statement == null ? TransactionEffect.NONE : statement.effect();
    return switch (effect) {
      case BEGIN -> status == TransactionStatus.IDLE ? Occasion.of(Trigger.BEGIN) : null;
      case COMMIT ->
          status == TransactionStatus.OPEN
              ? new Occasion(Trigger.COMMIT, /* autocommits= */ false, Set.copyOf(changed))
              : null;
      // No source says that the service accepts AND CHAIN.
      case COMMIT_AND_CHAIN, ROLLBACK, ROLLBACK_AND_CHAIN -> null;
      case NONE, DML, DDL, OUTSIDE_BLOCK, ALONE -> {
        Set<TableName> tables = statement == null ? Set.of() : statement.changedTables();
        boolean autocommits = status == TransactionStatus.IDLE && !tables.isEmpty();
        yield status == TransactionStatus.FAILED
            ? null
            : new Occasion(Trigger.STATEMENT, autocommits, tables);
      }
    };
  }
}
