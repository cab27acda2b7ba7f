package io.github.dsqljava.local.occ;

import io.github.dsqljava.local.dialect.Trait;
import io.github.dsqljava.local.dialect.TransactionEffect;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.request.Group;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A transaction of one session. Belongs to its event loop. */
public final class Transaction {
  /**
   * The savepoint before all its statements. A rollback to it frees all locks, not the snapshot.
   */
  public static final String BASE = "\"dsql$base\"";

  /** The savepoint before the running statement, whose failure must not abort the transaction. */
  public static final String STATEMENT = "\"dsql$statement\"";

  /**
   * Has PostgreSQL check the transaction's changes on its snapshot, too, because there may have
   * been a commit that the snapshot does not show. A rollback to {@link #BASE} undoes it.
   */
  public static final String BE_BEHIND = "SET LOCAL dsql.behind = on";

  /** The state of a transaction. */
  public enum Phase {
    /** Its changes stand in PostgreSQL. */
    OPEN,
    /** It holds no locks and works on its {@link Savings}. It may still win. */
    PARKED,
    /** As {@link #PARKED}, and another transaction has certainly won. COMMIT reports it. */
    DOOMED,
    /** Its state is lost; its next statement reports it. PostgreSQL has an empty transaction. */
    LOST
  }

  /** The savepoint to which the running statement can be rolled back. */
  public enum Protection {
    NONE,
    /** To {@link #BASE}, because nothing came before it. */
    BASE,
    /** To {@link #STATEMENT}. */
    STATEMENT
  }

  /** The one DDL statement that the service allows in a transaction. */
  private static final class SchemaChange {
    private String sql = "";
    private String jobId = "";

    /** Whether it was rolled back to free other sessions and has to run again. */
    private boolean due;
  }

  private final long epoch;
  private final Instant begin;
  private final EnumSet<Trait> traits = EnumSet.noneOf(Trait.class);
  private final List<String> settings = new ArrayList<>();
  private List<ConfiguredSetting> configured = List.of();
  private final Savings savings = new Savings();
  private final SchemaChange schemaChange = new SchemaChange();

  private String logPosition;
  private boolean implicit;
  private boolean hasBase;
  private boolean hasExecuted;
  private boolean hasOnlyRead = true;
  private boolean isAtBase;
  private boolean hasOnlyReadSinceStatement;
  private boolean usesCatalog;
  private boolean changesCatalog;
  private Optional<Set<String>> changedTables = Optional.of(Set.of());
  private final Set<String> namesUsed = new HashSet<>();
  private boolean staysOnShadows;
  private boolean isBehind;
  private @Nullable Group believed;
  private CommitHistory.@Nullable Snapshot snapshot;
  private Protection protection = Protection.NONE;
  private Phase phase = Phase.OPEN;
  private @Nullable ErrorMessage loss;

  /**
   * @param epoch {@link Contention#epoch()} when it began
   * @param logPosition {@link Contention#logPosition()} then
   * @param implicit whether the session, not the client, has begun it around the statements before
   *     a Sync
   */
  Transaction(long epoch, String logPosition, Instant begin, boolean implicit) {
    this.epoch = epoch;
    this.logPosition = logPosition;
    this.begin = begin;
    this.implicit = implicit;
  }

  long epoch() {
    return epoch;
  }

  /** Returns a position of PostgreSQL's log before all of its changes and locks. */
  String logPosition() {
    return logPosition;
  }

  /** Returns the time since its begin. */
  public Duration age(Instant now) {
    return Duration.between(begin, now);
  }

  /** Whether the session, not the client, has begun it around the statements before a Sync. */
  public boolean isImplicit() {
    return implicit;
  }

  /** A BEGIN has made it the client's. */
  public void becomesExplicit() {
    implicit = false;
  }

  /** Whether {@link #BASE} is set, before all its statements. */
  public boolean hasBase() {
    return hasBase;
  }

  /** Tells whether {@link #BASE} is set. */
  public void hasBase(boolean set) {
    hasBase = set;
  }

  // ---- what it does

  /** A group runs in it. */
  public void learn(Group group) {
    hasExecuted |= group.executes();
    isAtBase = false;
    for (Trait trait : List.of(Trait.LOCKS_ROWS, Trait.CHANGES_ROWS)) {
      if (group.has(trait)) {
        traits.add(trait);
      }
    }
    hasOnlyRead &=
        traits.isEmpty() && group.effect() == TransactionEffect.NONE && !group.has(Trait.MAY_SET);
    if (group.changesSchema()) {
      schemaChange.sql = group.schemaChange();
    }
    if (!isOffTables()) {
      learnInPlace(group);
    }
  }

  /** Whether a statement has been run in it. */
  public boolean hasExecuted() {
    return hasExecuted;
  }

  /** Whether none of its statements changes or locks anything by its text. */
  boolean hasOnlyRead() {
    return hasOnlyRead;
  }

  /** A group runs on the real tables. */
  void learnInPlace(Group group) {
    if (group.has(Trait.SETS)) {
      settings.addAll(group.settings()); // a rollback to the base takes them back
    }
  }

  /** A group runs on shadows. */
  void learnOnShadows(Group group) {
    if (group.has(Trait.SETS)) {
      settings.addAll(group.settings());
    }
    if (group.has(Trait.SETS) || group.has(Trait.MAY_SET)) {
      savings.mayBeStale();
    }
  }

  boolean has(Trait trait) {
    return traits.contains(trait);
  }

  /** Returns its SET statements, which are undone when it is parked. */
  List<String> settings() {
    return settings;
  }

  /** Returns the known settings made by {@code set_config}, which parking undoes, too. */
  List<ConfiguredSetting> configured() {
    return configured;
  }

  /**
   * Takes the last column of a row of {@code occ_save} or {@code occ_save_shadows}. The row is
   * empty if the transaction has done nothing yet.
   */
  void learnConfigured(List<String> saved) {
    if (!saved.isEmpty()) {
      configured = ConfiguredSetting.read(saved.get(saved.size() - 1));
    }
  }

  /** Returns its snapshot; null until its first statement, as in PostgreSQL. */
  public CommitHistory.@Nullable Snapshot snapshot() {
    return snapshot;
  }

  /** Its first statement takes its snapshot. */
  public void takeSnapshot(CommitHistory history) {
    if (snapshot == null) {
      snapshot = history.open();
    }
  }

  /** Returns the savepoint to which the running statement can be rolled back. */
  public Protection protection() {
    return protection;
  }

  /** Sets the savepoint to which the running statement can be rolled back. */
  public void protectedBy(Protection given) {
    protection = given;
  }

  /**
   * Whether only queries have run since {@link #STATEMENT} was set, so that a rollback to it loses
   * nothing. Each further savepoint would cost PostgreSQL memory, a lock, and time for every row
   * that it looks at.
   */
  public boolean hasOnlyReadSinceStatement() {
    return hasOnlyReadSinceStatement;
  }

  /** Tells whether only queries have run since {@link #STATEMENT} was set. */
  public void hasOnlyReadSinceStatement(boolean reads) {
    hasOnlyReadSinceStatement = reads;
  }

  /** Whether {@link #BE_BEHIND} has been sent. */
  public boolean isBehind() {
    return isBehind;
  }

  /** Whether {@link #BE_BEHIND} has yet to be sent; notes that it is. */
  public boolean getsBehind() {
    boolean first = !isBehind;
    isBehind = true;
    return first;
  }

  /** A group is on its way; a RESET ALL in it undoes {@link #BE_BEHIND}. */
  public void isSent(Group group) {
    isBehind &= !group.has(Trait.SETS);
  }

  // ---- where it stands

  /** Returns its state. */
  public Phase phase() {
    return phase;
  }

  /** Whether it holds no locks and works on its {@link Savings}. */
  public boolean isOffTables() {
    return phase == Phase.PARKED || phase == Phase.DOOMED;
  }

  Savings savings() {
    return savings;
  }

  /** Returns the shadows that stand in for tables, by "schema\0name" of the table. */
  public Map<String, String> shadows() {
    return savings.renames();
  }

  /** It has rolled back to its base. */
  void rolledBack(List<String> saved, String logPosition) {
    this.logPosition = logPosition;
    savings.take(saved);
    learnConfigured(saved);
    protection = Protection.NONE;
    hasOnlyReadSinceStatement = false;
    isBehind = false;
    schemaChange.due = !schemaChange.sql.isEmpty();
  }

  /** Whether it has rolled back to its base for others, and has run nothing since. */
  public boolean isAtBase() {
    return isAtBase;
  }

  /** It has rolled back to its base for others. */
  void hasGivenWay() {
    isAtBase = true;
  }

  /** It works on its {@link Savings} from now on. */
  void park() {
    if (phase == Phase.OPEN) {
      phase = Phase.PARKED;
    }
  }

  /** Its changes stand in PostgreSQL again. */
  void resume() {
    phase = Phase.OPEN;
    isBehind = true;
    savings.leaveShadows();
    savings.take(List.of(Savings.NO_CHANGES, "", ""));
  }

  /** If PostgreSQL refuses this group once more, the client gets PostgreSQL's error. */
  void believes(Group group) {
    believed = group;
  }

  /** Whether the client gets PostgreSQL's error for this group. */
  public boolean isBelieved(Group group) {
    return believed == group;
  }

  /** Whether it works on shadows until it ends. */
  boolean staysOnShadows() {
    return phase == Phase.DOOMED || staysOnShadows;
  }

  /** It has certainly or most likely lost, so it works on shadows until it ends. */
  void stayOnShadows() {
    staysOnShadows = true;
  }

  /** Another transaction has certainly won. */
  void doom() {
    phase = Phase.DOOMED;
  }

  /** Its state is lost. */
  void lose(ErrorMessage reason) {
    phase = Phase.LOST;
    loss = reason;
  }

  /** Returns why it is lost. */
  public ErrorMessage loss() {
    ErrorMessage reason = loss;
    if (reason == null) {
      throw new IllegalStateException("the transaction is " + phase + ", not lost");
    }
    return reason;
  }

  // ---- its schema change

  /** Whether a change of the catalog by others concerns it. */
  public boolean usesCatalog() {
    return usesCatalog;
  }

  /**
   * A statement of it reads the catalog.
   *
   * @param names the names in the statement, if the cluster tracks changes by table
   */
  public void readsCatalog(Set<String> names) {
    usesCatalog = true;
    namesUsed.addAll(names);
  }

  /** Returns the names in its statements, if the cluster tracks changes by table. */
  public Set<String> namesUsed() {
    return namesUsed;
  }

  /** Returns the tables whose schema it changes; empty if they may be all. */
  public Optional<Set<String>> changedTables() {
    return changedTables;
  }

  /** Whether it has changed the catalog. */
  public boolean changesCatalog() {
    return changesCatalog;
  }

  /** Tells whether it has changed the catalog. */
  public void changesCatalog(boolean changed, Optional<Set<String>> tables) {
    changesCatalog = changed;
    changedTables = tables;
  }

  /** Whether its DDL statement was rolled back to free other sessions and has to run again. */
  public boolean schemaChangeIsDue() {
    return schemaChange.due;
  }

  /** Returns its DDL statement, which is run again. */
  String takeSchemaChange() {
    schemaChange.due = false;
    isAtBase = false;
    return schemaChange.sql;
  }

  void schemaChangeIsNotDue() {
    schemaChange.due = false;
  }

  /** The client has got the id of a job. */
  public void asksForJob(String id) {
    schemaChange.jobId = id;
  }

  String jobId() {
    return schemaChange.jobId;
  }
}
