package io.github.dsqljava.local.session;

import io.github.dsqljava.local.catalog.CatalogCopy;
import io.github.dsqljava.local.occ.Contention;
import io.github.dsqljava.local.occ.Transaction;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.ServiceErrors;
import io.github.dsqljava.local.protocol.TransactionStatus;
import org.jspecify.annotations.Nullable;

/** The transaction of a session, and other state that its parts share. Belongs to an event loop. */
final class SessionState {
  private static final int NOBODY_ASKS = -1;

  private final Contention contention;
  private final Exchanges exchanges;
  private final CatalogCopy catalog;

  private @Nullable Transaction transaction;
  private boolean active;
  private int yieldAsked = NOBODY_ASKS;

  /** The number of times that it has given way; read by any thread. */
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

  /**
   * Ends the transaction before the answer comes, so that later groups need not wait for it. If the
   * answer is an error, the transaction is open again.
   */
  void endWith(Run run, Transaction of) {
    run.ends(of);
    end(of);
  }

  /** Returns the status of PostgreSQL's transaction as of the last ReadyForQuery. */
  TransactionStatus status() {
    return exchanges.status();
  }

  /** Returns the status that the client sees, in which an implicit transaction does not show. */
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

  /**
   * Whether another session may be in the way now, or may have been since the transaction began.
   */
  boolean isContended() {
    return contention.isContended(transaction, active);
  }

  /** Sets whether this session counts as active. */
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

  /** Returns the number of times that it has given way. Any thread. */
  int concessions() {
    return concessions;
  }

  /** The transaction has released its locks. */
  // One thread writes.
  @SuppressWarnings("NonAtomicOperationOnVolatileField")
  void hasGivenWay() {
    concessions++;
  }

  /** Whether another session waits for locks of the transaction. */
  boolean isYieldDue() {
    return yieldAsked == concessions;
  }

  /**
   * Another session waits for locks of the transaction.
   *
   * @param seen its {@link #concessions} when the wait was seen
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

  /**
   * The client gets an error; a schema conflict (OC001) renews the session's copy of the catalog.
   */
  void told(ErrorMessage error) {
    if (ServiceErrors.isSchemaConflict(error)) {
      catalog.renew();
    }
  }
}
