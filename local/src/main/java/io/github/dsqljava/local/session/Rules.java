package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.Refusal;
import io.github.dsqljava.local.dialect.TransactionRules;
import io.netty.buffer.ByteBufAllocator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Judges what a client sends, group by group, before PostgreSQL gets it.
 *
 * <p>A group may be sent while others run. Then it is judged as if those succeed; if one does not,
 * PostgreSQL itself refuses or skips what follows. Only a refusal has to wait until it is certain.
 */
final class Rules {
  private record Finding(Step step, Refusal refusal, boolean isFirst) {}

  private final TransactionRules rules = new TransactionRules();

  /** Whether a group would be refused if everything before it succeeds. */
  boolean mayRefuse(ClientGroup group) {
    return !group.steps.isEmpty() && find(group, rules.copy()) != null;
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
    if (group.steps.isEmpty()) {
      if (group.last) {
        rules.messageEnded();
      }
      return;
    }
    Finding finding = find(group, rules);
    if (finding != null) {
      rules.failed(finding.step().statement());
      Refused.at(finding.step(), finding.refusal(), group, allocator);
      group.steps.clear();
      if (finding.isFirst()) {
        group.doesNothing();
      }
    }
  }

  private static @Nullable Finding find(ClientGroup group, TransactionRules of) {
    boolean first = true;
    for (Step step : group.steps) {
      Optional<Refusal> refusal = of.refusal(step.statement());
      if (refusal.isPresent() && !isPostgresqlsOwn(step, of)) {
        return new Finding(step, refusal.get(), first);
      }
      if (step.use().runs()) {
        of.succeeded(step.statement());
        first = false;
      }
    }
    if (group.last) {
      of.messageEnded();
    }
    return null;
  }

  /** PostgreSQL says itself that a transaction is aborted, unless it would end it. */
  private static boolean isPostgresqlsOwn(Step step, TransactionRules of) {
    return of.isAborted() && step.statement().refusal().isEmpty();
  }
}
