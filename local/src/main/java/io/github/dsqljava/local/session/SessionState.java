package io.github.dsqljava.local.session;

import io.github.dsqljava.local.catalog.CatalogCopy;
import io.github.dsqljava.local.occ.Contention;
import io.github.dsqljava.local.occ.Transaction;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.ServiceErrors;
import io.github.dsqljava.local.protocol.TransactionStatus;
import org.jspecify.annotations.Nullable;

/** The transaction of a session, and what its parts know together. Belongs to an event loop. */
final class SessionState {
  private static final int NOBODY_ASKS = -1;

  private final Contention contention;
  private final Exchanges exchanges;
  private final CatalogCopy catalog;

  private @Nullable Transaction transaction;
  private boolean active;
  private int yieldAsked = NOBODY_ASKS;

  /** How often it has given way; read by any thread. */
  private volatile int concessions;

  SessionState(Contention contention, Exchanges exchanges, CatalogCopy catalog) {
    this.contention = contention;
    this.exchanges = exchanges;
    this.catalog = catalog;
  }

  // ---- the transaction

  /** Returns the open transaction; null outside of one. */
  @Nullable Transaction transaction() {
    return transaction;
  }

  /** Begins a transaction. */
  Transaction begin(boolean implicit) {
    Transaction begun = contention.transaction(implicit);
    transaction = begun;
    return begun;
  }

  /** Forgets the transaction, which is over or about to be. */
  void end(Transaction of) {
    yieldAsked = NOBODY_ASKS;
    if (of.snapshot() != null) {
      contention.history().close(of.snapshot());
    }
    transaction = null;
  }

  /** What follows need not wait for the answer; if that is an error, the transaction is back. */
  void endWith(Run run, Transaction of) {
    run.ends(of);
    end(of);
  }

  /** Returns the status of PostgreSQL's transaction as of the last ReadyForQuery. */
  TransactionStatus status() {
    return exchanges.status();
  }

  /**
   * Returns the same as the client knows it: a transaction around its statements is not its own.
   */
  TransactionStatus clientStatus() {
    Transaction running = transaction;
    if (running != null) {
      return running.isImplicit()
          ? TransactionStatus.IDLE
          : exchanges.isIdle() ? status() : TransactionStatus.OPEN;
    }
    return exchanges.isIdle() ? status() : TransactionStatus.IDLE;
  }

  // ---- others

  /** Whether another session may be in the way of what is sent now, or has been since it began. */
  boolean isContended() {
    return contention.isContended(transaction, active);
  }

  /** Counts this session among the active ones, or does not. */
  void active(boolean now) {
    if (now != active) {
      active = now;
      if (now) {
        contention.activated();
      } else {
        contention.deactivated();
      }
    }
  }

  /** Returns how often it has given way. Any thread. */
  int concessions() {
    return concessions;
  }

  /** The transaction has released its locks. */
  // One thread writes.
  @SuppressWarnings("NonAtomicOperationOnVolatileField")
  void hasGivenWay() {
    concessions++;
  }

  /** Whether somebody waits for locks of the transaction. */
  boolean isYieldDue() {
    return yieldAsked == concessions;
  }

  /**
   * Somebody waits for locks of the transaction.
   *
   * @param seen how often it had given way then
   */
  void askToYield(int seen) {
    yieldAsked = seen;
  }

  void nobodyAsksToYield() {
    yieldAsked = NOBODY_ASKS;
  }

  // ---- the catalog

  CatalogCopy catalog() {
    return catalog;
  }

  /** The client is told an error; one that says that the catalog has changed renews it. */
  void told(ErrorMessage error) {
    if (ServiceErrors.isSchemaConflict(error)) {
      catalog.renew();
    }
  }
}
