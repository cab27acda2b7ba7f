package io.github.dsqljava.local.session;

import io.github.dsqljava.local.catalog.CatalogCopy;
import io.github.dsqljava.local.occ.Contention;
import io.github.dsqljava.local.occ.Transaction;
import io.github.dsqljava.local.protocol.TransactionStatus;
import io.github.dsqljava.local.request.Group;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Notices what a session does to the schema. It tells the sessions whose {@link CatalogCopy} is
 * older then, and the thread that runs the jobs. Belongs to an event loop.
 */
final class SchemaNews {
  private final CatalogCopy catalog;
  private final Contention contention;

  /** Whether something was done that may mean jobs, and that may have been committed since. */
  private boolean jobsMayBeDue;

  /** Is being committed; the client sees nothing of that. */
  private @Nullable Transaction committing;

  SchemaNews(CatalogCopy catalog, Contention contention) {
    this.catalog = catalog;
    this.contention = contention;
  }

  /** A group has been answered; perhaps it is run again. */
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

  /** A transaction that is not the client's is being committed. */
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

  /** The session ends; what was under way may have been committed. */
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
