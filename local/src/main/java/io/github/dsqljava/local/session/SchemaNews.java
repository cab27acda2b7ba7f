package io.github.dsqljava.local.session;

import io.github.dsqljava.local.catalog.CatalogCopy;
import io.github.dsqljava.local.occ.Contention;
import io.github.dsqljava.local.occ.Transaction;
import io.github.dsqljava.local.protocol.TransactionStatus;
import io.github.dsqljava.local.request.Group;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Notices a session's changes of the schema. It tells the sessions whose {@link CatalogCopy}
 * becomes stale, and the thread that runs the jobs. Belongs to an event loop.
 */
final class SchemaNews {
  private final CatalogCopy catalog;
  private final Contention contention;

  /** Whether a statement that may start jobs has run and may have been committed since. */
  private boolean jobsMayBeDue;

  /** The implicit transaction whose COMMIT is in flight; null if there is none. */
  private @Nullable Transaction committing;

  SchemaNews(CatalogCopy catalog, Contention contention) {
    this.catalog = catalog;
    this.contention = contention;
  }

  /** A group has been answered; it may still run again. */
  void answered(ClientExchange exchange, @Nullable Transaction running, TransactionStatus status) {
    Group group = exchange.run().group();
    boolean changes = group.changesSchema() || group.asksForJobs();
    jobsMayBeDue |= changes && !exchange.hasFailed();
    if (running != null && !exchange.jobId().isEmpty()) {
      running.asksForJob(exchange.jobId());
    }
    settled(status);
  }

  /** A group has been answered for good. */
  void over(ClientExchange exchange) {
    Run run = exchange.run();
    boolean done = exchange.tookEffect();
    boolean changed = done && run.group().changesSchema() && !exchange.hasSkipped();
    Transaction within = run.within();
    Transaction ended = run.ends();
    if (within != null) {
      within.changesCatalog(
          done && (within.changesCatalog() || changed),
          changed ? CatalogCopy.tablesChangedBy(run.group()) : within.changedTables());
    } else if (done && ended != null && run.group().effect().commits()) {
      committed(ended);
    } else if (changed) {
      catalog.changed(CatalogCopy.tablesChangedBy(run.group()));
    }
  }

  /** An implicit transaction is being committed. */
  void commits(Transaction transaction) {
    committing = transaction;
  }

  /** It has not been committed. */
  void notCommitted() {
    committing = null;
  }

  /** A transaction has been committed. */
  void committed(Transaction transaction) {
    committing = null;
    if (transaction.changesCatalog()) {
      catalog.changed(transaction.changedTables());
    }
  }

  /** PostgreSQL has nothing to do for this session. */
  void settled(TransactionStatus status) {
    if (jobsMayBeDue && status == TransactionStatus.IDLE) {
      jobsMayBeDue = false;
      contention.schemaChanged();
    }
  }

  /** The session ends; its last statements may have been committed. */
  void closed(Collection<Run> underWay) {
    if (jobsMayBeDue) {
      contention.schemaChanged();
    }
    if (committing != null) {
      committed(committing);
    }
    for (Run run : underWay) {
      Transaction ended = run.ends();
      if (ended != null && run.group().effect().commits()) {
        committed(ended);
      } else if (run.within() == null && run.group().changesSchema()) {
        catalog.changed(CatalogCopy.tablesChangedBy(run.group()));
      }
    }
  }
}
