package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.Refusal;
import io.github.dsqljava.local.dialect.Statement;
import io.github.dsqljava.local.dialect.TransactionRules;
import io.github.dsqljava.local.faults.Fault.Before;
import io.github.dsqljava.local.faults.StatementFaults;
import io.github.dsqljava.local.faults.StatementFaults.Hit;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.ServiceErrors;
import io.github.dsqljava.local.protocol.TransactionStatus;
import io.github.dsqljava.local.request.Group;
import io.github.dsqljava.local.request.OwnNames;
import io.github.dsqljava.local.request.Step;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Checks the groups of a client, before PostgreSQL gets them, against the rules of the service and
 * the armed faults.
 *
 * <p>A group may be sent while others run. It is then judged as if those succeed; if one does not,
 * PostgreSQL itself refuses or skips the later groups. Only a group that would fail has to wait
 * until the outcome of the others is certain.
 */
final class Judge {
  private final TransactionRules rules = new TransactionRules();
  private final StatementFaults faults;
  private final OwnNames names;
  private final ByteBufAllocator allocator;

  Judge(StatementFaults faults, OwnNames names, ByteBufAllocator allocator) {
    this.faults = faults;
    this.names = names;
    this.allocator = allocator;
  }

  /** Whether a group may be made to fail if everything before it succeeds. */
  boolean mayFail(Group group) {
    if (faults.areArmed()) {
      return true;
    }
    TransactionRules then = rules;
    List<Step> steps = group.steps();
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      Statement statement = step.statement();
      if (statement == null) {
        continue;
      }
      if (refusal(step, statement, then).isPresent()) {
        return true;
      }
      if (step.runs() && i + 1 < steps.size()) {
        then = then == rules ? rules.copy() : then;
        then.succeeded(statement);
      }
    }
    return false;
  }

  /**
   * Takes over the outcome of all groups that were judged before.
   *
   * @param client status of the client's transaction
   */
  void synchronize(TransactionStatus status, TransactionStatus client) {
    if (status == TransactionStatus.FAILED) {
      rules.aborted();
    } else if (status == TransactionStatus.IDLE && client == TransactionStatus.IDLE) {
      rules.outside();
    }
  }

  /**
   * Judges the next group, and makes it fail in place of the first step that must not run.
   *
   * @param client status of the client's transaction before it
   */
  void judge(Run run, TransactionStatus client) {
    Group group = run.group();
    boolean armed = faults.areArmed();
    for (Step step : List.copyOf(group.steps())) {
      Statement statement = step.statement();
      Hit hit = armed ? faults.at(step, client) : null;
      if (hit != null) {
        strike(run, step, hit);
        failed(statement);
        return;
      }
      if (statement == null) {
        continue;
      }
      Optional<Refusal> refusal = refusal(step, statement, rules);
      if (refusal.isPresent()) {
        rules.failed(statement);
        group.failAt(step, error(refusal.get()), names, allocator);
        return;
      }
      if (step.runs()) {
        rules.succeeded(statement);
      }
    }
    if (group.isLast()) {
      rules.messageEnded();
    }
  }

  private void failed(@Nullable Statement statement) {
    if (statement == null) {
      rules.failed();
    } else {
      rules.failed(statement);
    }
  }

  /**
   * Makes the step fail now, unless the fault rolls back first: such a COMMIT fails at its turn.
   */
  private void strike(Run run, Step step, Hit hit) {
    run.fault(hit);
    if (hit.before() == Before.ITSELF) {
      run.group().failBehind(step, answer(hit), names, allocator);
    } else if (hit.before() == Before.NOTHING) {
      run.group().failAt(step, answer(hit), names, allocator);
    }
  }

  /**
   * Settles the fault of a group: it has struck, or goes back to the plan.
   *
   * @return whether the fault ends the client's connection
   */
  boolean settle(ClientExchange exchange) {
    Run run = exchange.run();
    Hit hit = run.fault();
    if (hit == null) {
      return false;
    }
    if (!exchange.hasFailedInPlace()) {
      giveBack(run);
      return false;
    }
    boolean ends = run.endsConnection();
    run.fault(null);
    faults.struck(hit);
    return ends;
  }

  /** Puts the fault of a group back into the plan, because it was not reached. */
  void giveBack(Run run) {
    Hit hit = run.fault();
    if (hit != null) {
      run.fault(null);
      faults.giveBack(hit);
    }
  }

  /** Returns the error of a fault; the client does not get it where its connection ends instead. */
  static ErrorMessage answer(Hit hit) {
    return hit.fault().answer().orElseGet(ServiceErrors::connectionLost);
  }

  private static ErrorMessage error(Refusal refusal) {
    return ErrorMessage.error(refusal.sqlState(), refusal.message());
  }

  private static Optional<Refusal> refusal(Step step, Statement statement, TransactionRules of) {
    boolean judged =
        switch (step.use()) {
          case QUERY, BIND, EXECUTE, FUNCTION_CALL -> true;
          // A refusal that needs only the text comes before the statement is prepared.
          case PARSE -> statement.certainRefusal().isPresent();
          case DESCRIBE, CLOSE -> false;
        };
    // PostgreSQL itself reports an aborted transaction, unless the statement would end it.
    boolean forPostgresql = of.isAborted() && statement.certainRefusal().isEmpty();
    return judged && !forPostgresql ? of.refusal(statement) : Optional.empty();
  }
}
