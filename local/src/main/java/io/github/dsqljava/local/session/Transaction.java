package io.github.dsqljava.local.session;

import io.github.dsqljava.local.occ.CommitHistory;
import io.github.dsqljava.local.wire.ErrorMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A transaction of one session. Belongs to its event loop. */
final class Transaction {
  /** No changes, in the encoding of {@code occ_save}: an empty JSON array. */
  static final String NO_CHANGES = "W10=";

  /** Before all its statements: rolling back to it frees all locks, but not the snapshot. */
  static final String BASE = "dsql$base";

  /** Before the statement that runs: its failure must not cost the transaction. */
  static final String STATEMENT = "dsql$statement";

  /** What a statement can be taken back to. */
  enum Protection {
    NONE,
    /** To {@link #BASE}, because nothing came before it. */
    BASE,
    /** To {@link #STATEMENT}. */
    STATEMENT
  }

  /** {@link Contention#epoch()} when it began. */
  final long epoch;

  private final Instant begin;

  /**
   * Whether it is ours, around statements of a client up to Sync; a BEGIN makes it the client's.
   */
  boolean implicit;

  /** Whether a statement has been run in it. */
  boolean hasExecuted;

  /** Null until its first statement: before that it has no snapshot in PostgreSQL either. */
  CommitHistory.@Nullable Snapshot snapshot;

  /** Whether {@link #BASE} is set, before all its statements. */
  boolean hasBase;

  /** Of the statement that runs. */
  Protection protection = Protection.NONE;

  /** Whether it locks rows in so many words. */
  boolean locksRows;

  boolean mayChangeRows;

  /** {@code SET} statements, which are undone when it is parked. */
  final List<String> settings = new ArrayList<>();

  /** Whether it holds no locks any more and lives on {@link #changes} and shadows. */
  boolean parked;

  /** Whether another transaction has certainly won; told at COMMIT. */
  boolean doomed;

  /** Set when its state is lost: all that is left is to be told so. */
  private @Nullable ErrorMessage loss;

  /** DDL it has run; the service allows one statement, and none that changes data beside it. */
  String schemaChange = "";

  /** Whether a change of the catalog by others concerns it. */
  boolean usesCatalog;

  /** Whether it has changed the catalog. */
  boolean changesCatalog;

  /** The job that the client was told of for it; empty if there is none. */
  String jobId = "";

  /** Whether {@link #schemaChange} was undone to set others free, and has to be run again. */
  boolean schemaChangeDue;

  String changes = NO_CHANGES;
  String footprint = "";

  /** Shadow tables, in the form of {@code occ_overlay}. */
  String shadows = "";

  /** Names that shadows have been looked for already. */
  final Set<String> known = new HashSet<>();

  /** Shadows by "schema\0name". */
  final Map<String, String> renames = new HashMap<>();

  Transaction(long epoch, Instant begin, boolean implicit) {
    this.epoch = epoch;
    this.begin = begin;
    this.implicit = implicit;
  }

  void lose(ErrorMessage reason) {
    loss = reason;
  }

  boolean isLost() {
    return loss != null;
  }

  /** Why it is lost. */
  ErrorMessage loss() {
    ErrorMessage reason = loss;
    if (reason == null) {
      throw new IllegalStateException("not lost");
    }
    return reason;
  }

  Duration age(Instant now) {
    return Duration.between(begin, now);
  }

  boolean hasChanges() {
    return !changes.equals(NO_CHANGES);
  }

  void learn(ClientGroup group) {
    hasExecuted |= group.executes;
    locksRows |= group.locksRows;
    mayChangeRows |= group.mayChangeRows;
    usesCatalog |= Catalog.concerns(group);
    group.within = this;
  }

  /** What parking takes from {@code occ_save}; empty if it has done nothing yet. */
  void park(List<String> saved) {
    if (!saved.isEmpty()) {
      changes = saved.get(0);
      footprint = saved.get(1);
    }
    schemaChangeDue = !schemaChange.isEmpty();
    protection = Protection.NONE;
  }
}
