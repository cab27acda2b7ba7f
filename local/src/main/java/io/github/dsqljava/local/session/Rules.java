package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.Refusal;
import io.github.dsqljava.local.dialect.TransactionRules;
import io.netty.buffer.ByteBufAllocator;
import java.util.Optional;

/**
 * Judges what a client sends, group by group, before PostgreSQL gets it.
 *
 * <p>A group may be sent while others run. Then it is judged as if those succeed; if one does not,
 * PostgreSQL itself refuses or skips what follows. Only a refusal has to wait until it is certain.
 */
final class Rules {
  private final TransactionRules rules = new TransactionRules();

  /** Whether a group would be refused if everything before it succeeds. */
  boolean mayRefuse(ClientGroup group) {
    TransactionRules then = rules;
    for (int i = 0; i < group.steps.size(); i++) {
      Step step = group.steps.get(i);
      if (refusal(step, then).isPresent()) {
        return true;
      }
      if (step.use().runs() && i + 1 < group.steps.size()) {
        then = then == rules ? rules.copy() : then;
        then.succeeded(step.statement());
      }
    }
    return false;
  }

  /** Takes note of how everything has ended that was judged before. */
  void synchronize(SessionState state) {
    Transaction running = state.transaction;
    if (state.status == 'E') {
      rules.aborted();
    } else if (state.status == 'I' && (running == null || !running.implicit)) {
      rules.outside();
    }
  }

  /** Judges the next group, and puts the refusal into it, if there is one. */
  void judge(ClientGroup group, ByteBufAllocator allocator) {
    boolean first = true;
    for (Step step : group.steps) {
      Optional<Refusal> refusal = refusal(step, rules);
      if (refusal.isPresent()) {
        rules.failed(step.statement());
        Refused.at(step, refusal.get(), group, allocator);
        if (first) {
          group.doesNothing();
        }
        return;
      }
      if (step.use().runs()) {
        rules.succeeded(step.statement());
        first = false;
      }
    }
    if (group.last) {
      rules.messageEnded();
    }
  }

  private static Optional<Refusal> refusal(Step step, TransactionRules of) {
    boolean forPostgresql = of.isAborted() && step.statement().refusal().isEmpty();
    // PostgreSQL says itself that a transaction is aborted, unless it would end it.
    return forPostgresql ? Optional.empty() : of.refusal(step.statement());
  }
}
