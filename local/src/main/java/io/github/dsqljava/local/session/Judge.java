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
 * Judges what a client sends, group by group, before PostgreSQL gets it: the rules of the service,
 * and the faults that are armed.
 *
 * <p>A group may be sent while others run. Then it is judged as if those succeed; if one does not,
 * PostgreSQL itself refuses or skips what follows. Only a group that would fail has to wait until
 * that is certain.
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
   * Takes note of how everything has ended that was judged before.
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
   * Judges the next group, and makes it fail in place of the first step that must not be run.
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

  /** A transaction has to be rolled back first, so its COMMIT is made to fail at its turn. */
  private void strike(Run run, Step step, Hit hit) {
    run.fault(hit);
    if (hit.before() == Before.ITSELF) {
      run.group().failBehind(step, answer(hit), names, allocator);
    } else if (hit.before() == Before.NOTHING) {
      run.group().failAt(step, answer(hit), names, allocator);
    }
  }

  /**
   * Tells the faults what has become of the one that was to strike.
   *
   * @return whether the client's connection ends with it
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

  /** The fault that was to strike a group has not been reached. */
  void giveBack(Run run) {
    Hit hit = run.fault();
    if (hit != null) {
      run.fault(null);
      faults.giveBack(hit);
    }
  }

  /** Returns what the client is told; where its connection ends instead, it never gets that. */
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
          // What the text alone condemns is refused before it is prepared.
          case PARSE -> statement.certainRefusal().isPresent();
          case DESCRIBE, CLOSE -> false;
        };
    // PostgreSQL says itself that a transaction is aborted, unless it would end it.
    boolean forPostgresql = of.isAborted() && statement.certainRefusal().isEmpty();
    return judged && !forPostgresql ? of.refusal(statement) : Optional.empty();
  }
}
