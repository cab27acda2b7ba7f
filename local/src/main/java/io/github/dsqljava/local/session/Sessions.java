package io.github.dsqljava.local.session;

import io.github.dsqljava.local.catalog.CatalogCopy;
import io.github.dsqljava.local.catalog.CatalogVersion;
import io.github.dsqljava.local.catalog.SchemaReach;
import io.github.dsqljava.local.dialect.Dialect;
import io.github.dsqljava.local.faults.FaultPlan;
import io.github.dsqljava.local.faults.StatementFaults;
import io.github.dsqljava.local.journal.Journal;
import io.github.dsqljava.local.limits.Limit;
import io.github.dsqljava.local.limits.Limits;
import io.github.dsqljava.local.limits.MemoryBudget;
import io.github.dsqljava.local.occ.Contention;
import io.netty.channel.ChannelHandler;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Makes the handler in front of each PostgreSQL session of a cluster. Thread-safe. */
public final class Sessions {
  /** Off-heap memory for the COPY data of all sessions together. */
  private static final long COPY_BYTES = 128L * 1024 * 1024;

  private final MemoryBudget copies = new MemoryBudget(COPY_BYTES);
  private final Contention contention;
  private final CatalogVersion catalog;
  private final Dialect dialect = Dialect.standard();
  private final FaultPlan faults;
  private final Journal journal;
  private final Dispatcher.Age age;
  private final int maxMessageLength;
  private final boolean estimatesDpu;

  /**
   * @param contention the state that the sessions share
   * @param faults the armed faults
   * @param journal records statements and answers
   * @param limits for the size of messages and the age of transactions
   * @param reach the sessions that get a schema conflict
   * @param clock by which transactions age
   * @param estimatesDpu whether plans end with an estimate of DPU, which is made up
   */
  public Sessions(
      Contention contention,
      FaultPlan faults,
      Journal journal,
      Limits limits,
      SchemaReach reach,
      InstantSource clock,
      boolean estimatesDpu) {
    this.contention = contention;
    this.catalog = new CatalogVersion(reach);
    this.faults = faults;
    this.journal = journal;
    this.estimatesDpu = estimatesDpu;
    this.age = new Dispatcher.Age(limits.transactionAge(), clock);
    this.maxMessageLength = (int) Math.min(Integer.MAX_VALUE, limits.of(Limit.MESSAGE_BYTES));
  }

  private @Nullable Recorder recorder(int processId, String user) {
    Journal ofConnection = journal.ofConnection();
    return ofConnection == null ? null : new Recorder(ofConnection, processId, user);
  }

  /**
   * Returns the handler for the pipeline of a new PostgreSQL session, nearest to PostgreSQL.
   *
   * @param processId PostgreSQL's process
   * @param user the role of the client
   * @param messagesToTake number of messages that the client may send; the session ends at the next
   *     one
   */
  public ChannelHandler handler(int processId, String user, long messagesToTake) {
    return new SessionHandler(
        backend ->
            new Session(
                processId,
                backend,
                contention,
                new CatalogCopy(catalog),
                new StatementFaults(faults),
                age,
                dialect::read,
                copies,
                estimatesDpu,
                recorder(processId, user)),
        maxMessageLength,
        messagesToTake);
  }
}
