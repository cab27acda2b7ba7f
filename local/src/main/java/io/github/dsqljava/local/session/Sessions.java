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

/** Makes what stands before each PostgreSQL session of a cluster. Thread-safe. */
public final class Sessions {
  /** For the data of COPY of all sessions together, which is kept outside of the heap. */
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
   * @param contention what the sessions know of one another
   * @param faults what is to go wrong
   * @param journal is told what clients send and get
   * @param limits how large messages and how old transactions may get
   * @param reach who is told of changes of the schema
   * @param clock by which transactions age
   * @param estimatesDpu whether plans end with an estimate of DPU, which is one of ours
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
   * Returns what has to stand in the pipeline of a new PostgreSQL session, nearest to PostgreSQL.
   *
   * @param processId PostgreSQL's process
   * @param user the role of the client
   * @param messagesToTake how many messages of the client are taken; in place of the next one the
   *     session ends
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
