package io.github.dsqljava.local.session;

import io.github.dsqljava.local.session.OwnExchange.Answer;
import io.github.dsqljava.local.wire.ErrorMessage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the parts of a session know together. Belongs to its event loop. */
final class SessionState {
  static final int NOBODY_ASKS = -1;

  final Contention contention;
  final BackendLink link;
  final Interruption interruption;
  final Catalog catalog;

  /** Whether this session counts as active among all sessions. */
  boolean active;

  /** The open transaction; null outside of one. */
  @Nullable Transaction transaction;

  /** Whether prepared statements are older than what the session knows of the catalog. */
  boolean preparationsAreStale;

  /** As of PostgreSQL's last ReadyForQuery. */
  byte status = 'I';

  private int yieldAsked = NOBODY_ASKS;

  /** How often it has given way; read by any thread. */
  private volatile int concessions;

  /** Whether steps of our own run; the client's groups wait for their end. */
  private boolean working;

  SessionState(Contention contention, BackendLink link) {
    this.contention = contention;
    this.link = link;
    this.interruption = new Interruption(link);
    this.catalog = new Catalog(contention.catalogVersion);
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

  /** What follows need not wait for the answer; if that is an error, the transaction is back. */
  void endWith(ClientGroup group, Transaction ended) {
    group.ended = ended;
    end(ended);
  }

  /** The client is told an error; one that says that the catalog has changed renews it. */
  void told(ErrorMessage error) {
    if (Conflicts.isSchemaConflict(error)) {
      catalog.renew();
      preparationsAreStale = true;
    }
  }

  /** Whether somebody waits for locks of the transaction. */
  boolean isYieldDue() {
    return yieldAsked == concessions;
  }

  /**
   * @param seen how often it had given way when somebody was seen waiting, or {@link #NOBODY_ASKS}
   */
  void askToYield(int seen) {
    yieldAsked = seen;
  }

  /** Forgets the transaction, which is over or about to be. */
  void end(Transaction of) {
    yieldAsked = NOBODY_ASKS;
    if (of.snapshot != null) {
      contention.history.close(of.snapshot);
    }
    transaction = null;
  }
}
