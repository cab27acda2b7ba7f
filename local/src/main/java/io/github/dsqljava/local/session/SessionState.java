package io.github.dsqljava.local.session;

import io.github.dsqljava.local.session.OwnExchange.Answer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the parts of a session know together. Belongs to its event loop. */
final class SessionState {
  final Contention contention;
  final BackendLink link;
  final Interruption interruption;

  /** Whether this session counts as active among all sessions. */
  boolean active;

  /** The open transaction; null outside of one. */
  @Nullable Transaction transaction;

  /** As of PostgreSQL's last ReadyForQuery. */
  byte status = 'I';

  /** How often it has given way; read by any thread. */
  private volatile int concessions;

  /** Whether steps of our own run; the client's groups wait for their end. */
  private boolean working;

  SessionState(Contention contention, BackendLink link) {
    this.contention = contention;
    this.link = link;
    this.interruption = new Interruption(link);
  }

  boolean isWorking() {
    return working;
  }

  void beginWork() {
    working = true;
    interruption.started(Interruption.Leave.NONE);
  }

  void endWork() {
    working = false;
  }

  int concessions() {
    return concessions;
  }

  /** Whoever has waited for it until now waits no more. */
  // One thread writes.
  @SuppressWarnings("NonAtomicOperationOnVolatileField")
  void hasGivenWay() {
    concessions++;
  }

  /** Whether another session may be in the way of what is sent now, or has been since it began. */
  boolean isContended() {
    Transaction running = transaction;
    return contention.active() > (active ? 1 : 0)
        || (running != null && contention.epoch() != running.epoch);
  }

  /**
   * Runs statements of our own, one after the other until one fails.
   *
   * @param then what to do with the answer to the last one
   */
  void ask(Consumer<Answer> then, String... statements) {
    link.ask(
        answer -> {
          status = answer.status();
          then.accept(answer);
        },
        statements);
  }

  /** Forgets the transaction, which is over or about to be. */
  void end(Transaction of) {
    if (of.snapshot != null) {
      contention.history.close(of.snapshot);
    }
    transaction = null;
  }
}
