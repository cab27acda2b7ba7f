package io.github.dsqljava.local.session;

import io.github.dsqljava.local.sql.SqlOutline.Kind;
import java.util.List;

/**
 * Notices what a session does to the schema, and tells those who have to know: the sessions whose
 * {@link Catalog} is older then, and whoever does the jobs. Belongs to an event loop.
 */
final class SchemaNews {
  private final SessionState state;

  /** Whether something was done that may mean jobs, and that may have been committed since. */
  private boolean jobsMayBeDue;

  SchemaNews(SessionState state) {
    this.state = state;
  }

  /**
   * A group has been answered.
   *
   * @param failed whether with an error; perhaps it is run again
   */
  void answered(ClientExchange exchange, boolean failed) {
    ClientGroup group = exchange.group;
    boolean changes = group.kind == Kind.SCHEMA_CHANGE || group.asksForJobs;
    jobsMayBeDue |= changes && !failed;
    Transaction running = state.transaction;
    if (running != null && !exchange.jobId().isEmpty()) {
      running.jobId = exchange.jobId();
    }
    settled();
  }

  /** A group has been answered for good. */
  void over(ClientExchange exchange, boolean failed) {
    ClientGroup group = exchange.group;
    boolean changed = !failed && Catalog.isChangedBy(group) && !exchange.hasSkipped();
    Transaction within = group.within;
    if (within != null) {
      within.changesCatalog = !failed && (within.changesCatalog || changed);
    } else if (!failed && group.ended != null && group.kind == Kind.COMMIT) {
      committed(group.ended);
    } else if (changed) {
      state.catalog.changed();
    }
  }

  /** A transaction has been committed. */
  void committed(Transaction transaction) {
    if (transaction.changesCatalog) {
      state.catalog.changed();
    }
  }

  /** PostgreSQL has nothing to do for this session. */
  void settled() {
    if (jobsMayBeDue && state.status == 'I') {
      jobsMayBeDue = false;
      state.contention.schemaChanged();
    }
  }

  /** The session ends; what was under way may have been committed. */
  void closed(List<ClientGroup> underWay) {
    if (jobsMayBeDue) {
      state.contention.schemaChanged();
    }
    for (ClientGroup group : underWay) {
      Transaction ended = group.ended;
      if (ended != null && group.kind == Kind.COMMIT) {
        committed(ended);
      } else if (group.within == null && Catalog.isChangedBy(group)) {
        state.catalog.changed();
      }
    }
  }
}
