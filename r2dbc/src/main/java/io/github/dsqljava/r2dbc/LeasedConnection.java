package io.github.dsqljava.r2dbc;

import io.github.dsqljava.ServerError;
import io.github.dsqljava.StatementOutcomeUnknownException;
import io.github.dsqljava.r2dbc.wire.SessionNotes;
import io.github.dsqljava.r2dbc.wire.SessionWire;
import io.github.dsqljava.spi.SqlText;
import io.github.dsqljava.spi.TransactionText;
import io.r2dbc.postgresql.api.CopyInBuilder;
import io.r2dbc.postgresql.api.Notification;
import io.r2dbc.postgresql.api.PostgresqlBatch;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.api.PostgresqlConnectionMetadata;
import io.r2dbc.postgresql.api.PostgresqlStatement;
import io.r2dbc.spi.IsolationLevel;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcTimeoutException;
import io.r2dbc.spi.TransactionDefinition;
import io.r2dbc.spi.ValidationDepth;
import io.r2dbc.spi.Wrapped;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A pooled connection while one user has it. It is the driver's own, except that closing it gives
 * it back, after which it executes no more statements.
 *
 * <p>Safe to use from several threads.
 */
class LeasedConnection implements PostgresqlConnection, Wrapped<PostgresqlConnection>, Guard {
  final PhysicalSession session;
  final SessionWire wire;
  private final Supplier<CompletableFuture<Void>> giveBack;
  private final AtomicReference<@Nullable CompletableFuture<Void>> over = new AtomicReference<>();

  /** Whether a statement was sent whose text may contain a COMMIT or ROLLBACK. */
  private volatile boolean doubtful;

  /** The exception for a COMMIT with an unknown outcome; null if there was none. */
  private volatile @Nullable R2dbcException unknownCommit;

  /** The COMMIT of the last transaction, if the user has called it. */
  private volatile @Nullable CommitAnswer lastCommit;

  /**
   * @param giveBack called once
   */
  LeasedConnection(PhysicalSession session, Supplier<CompletableFuture<Void>> giveBack) {
    this.session = session;
    this.wire = session.wire();
    this.giveBack = giveBack;
  }

  /** Returns the driver's connection, without the checks of this one. */
  @Override
  public PostgresqlConnection unwrap() {
    return session.connection();
  }

  // --- what is allowed

  @Override
  public void check(String sql) {
    if (over.get() != null) {
      throw new IllegalStateException(
          "The connection was given back to its pool; get one from the pool again");
    }
    noteSettings(sql);
    // The driver refuses null itself.
    if (sql != null && (TransactionText.ends(sql) || TransactionText.mayEnd(sql))) {
      doubtful = true;
    }
  }

  /**
   * @param sql may be null, which the driver refuses in its own way
   */
  final void noteSettings(@Nullable String sql) {
    if (sql != null && SqlText.mayChangeSettings(sql)) {
      wire.notes().settingsMayChange();
    }
  }

  /**
   * Turns the loss of an autocommitted statement into one kind of exception, and the loss of a
   * connection inside a transaction into another.
   */
  @Override
  public Throwable explain(Throwable failure) {
    if (!(failure instanceof R2dbcException driver)) {
      return failure;
    }
    R2dbcException unknown = unknownCommit;
    if (unknown != null) {
      return unknown; // also of the ROLLBACK that frameworks send behind a failed COMMIT
    }
    CommitAnswer commit = lastCommit;
    if (commit != null && !wire.isOpen() && commit.isInDoubt()) {
      return commit.unknown(driver); // its subscriber has gone
    }
    boolean isSilent = !wire.isOpen() && wire.notes().lastError().isEmpty();
    R2dbcException known = isSilent ? explainLate(driver) : driver;
    if (wire.notes().status() == SessionNotes.IDLE) {
      return isSilent ? unknownOutcome(known) : failure;
    }
    boolean lost =
        !wire.isOpen() || wire.notes().lastError().filter(ServerError::isFatal).isPresent();
    return lost && !doubtful ? CommitAnswer.lostBefore(session, known) : known;
  }

  /**
   * Returns the timeout exception if this side has closed the connection for its silence, else the
   * failure.
   */
  final R2dbcException explainLate(R2dbcException failure) {
    return wire.late()
        .<R2dbcException>map(
            limit ->
                new R2dbcTimeoutException(
                    "The server was silent for "
                        + limit
                        + " (statementTimeout) while it owed an answer, so the connection was closed."
                        + " Give it more time, or make the statement faster",
                    failure))
        .orElse(failure);
  }

  private R2dbcException unknownOutcome(R2dbcException failure) {
    StatementOutcomeUnknownException unknown =
        new StatementOutcomeUnknownException(session.where(), failure);
    return new R2dbcNonTransientResourceException(
        unknown.getMessage(), failure.getSqlState(), failure.getErrorCode(), unknown);
  }

  /** The use is over. */
  @Override
  public Mono<Void> close() {
    return Mono.fromCompletionStage(this::giveBack);
  }

  CompletableFuture<Void> giveBack() {
    CompletableFuture<Void> mine = new CompletableFuture<>();
    if (!over.compareAndSet(null, mine)) {
      CompletableFuture<Void> first = over.get();
      return first == null ? mine : first;
    }
    var unused = giveBack.get().whenComplete((ok, failure) -> mine.complete(null));
    return mine;
  }

  boolean isGivenBack() {
    return over.get() != null;
  }

  // --- statements

  @Override
  public PostgresqlStatement createStatement(String sql) {
    check(sql);
    return new GuardedStatement(this, sql, session.connection().createStatement(sql));
  }

  @Override
  public PostgresqlBatch createBatch() {
    check("");
    return new GuardedBatch(this, session.connection().createBatch());
  }

  @Override
  public CopyInBuilder copyIn(String sql) {
    check(sql);
    return session.connection().copyIn(sql);
  }

  // --- transactions

  @Override
  public Mono<Void> beginTransaction() {
    return begin(session.connection()::beginTransaction);
  }

  @Override
  public Mono<Void> beginTransaction(TransactionDefinition definition) {
    return begin(() -> session.connection().beginTransaction(definition));
  }

  private Mono<Void> begin(Supplier<Mono<Void>> begin) {
    return one(
        "",
        () -> {
          unknownCommit = null;
          lastCommit = null;
          return begin.get();
        });
  }

  @Override
  public Mono<Void> commitTransaction() {
    return Mono.deferContextual(
        context -> {
          check("");
          CommitAnswer commit = new CommitAnswer(session, unknown -> unknownCommit = unknown);
          lastCommit = commit;
          return commit.commit(context);
        });
  }

  @Override
  public Mono<Void> rollbackTransaction() {
    return Mono.defer(
        () -> {
          check("");
          CommitAnswer commit = lastCommit;
          Mono<Void> rollback =
              one("", () -> afterCommit(session.connection()::rollbackTransaction));
          return commit == null ? rollback : commit.beforeRollback().then(rollback);
        });
  }

  /** Fails the rollback if the transaction may be committed. */
  private Mono<Void> afterCommit(Supplier<Mono<Void>> rollback) {
    R2dbcException unknown = unknownCommit;
    return unknown == null ? rollback.get() : Mono.error(unknown);
  }

  @Override
  public Mono<Void> setAutoCommit(boolean autoCommit) {
    return one("", () -> session.connection().setAutoCommit(autoCommit));
  }

  @Override
  public Mono<Void> createSavepoint(String name) {
    return one("", () -> session.connection().createSavepoint(name));
  }

  @Override
  public Mono<Void> releaseSavepoint(String name) {
    return one("", () -> session.connection().releaseSavepoint(name));
  }

  @Override
  public Mono<Void> rollbackTransactionToSavepoint(String name) {
    return one("", () -> session.connection().rollbackTransactionToSavepoint(name));
  }

  // --- the session

  @Override
  public Mono<Void> setTransactionIsolationLevel(IsolationLevel level) {
    return one("", () -> session.connection().setTransactionIsolationLevel(level));
  }

  @Override
  public Mono<Void> setLockWaitTimeout(Duration timeout) {
    return one("", () -> session.connection().setLockWaitTimeout(timeout));
  }

  @Override
  public Mono<Void> setStatementTimeout(Duration timeout) {
    return one("", () -> session.connection().setStatementTimeout(timeout));
  }

  @Override
  public Mono<Boolean> validate(ValidationDepth depth) {
    return Mono.defer(
        () -> over.get() == null ? session.connection().validate(depth) : Mono.just(Boolean.FALSE));
  }

  @Override
  public Flux<Notification> getNotifications() {
    return session.connection().getNotifications();
  }

  @Override
  public Mono<Void> cancelRequest() {
    return one("", session.connection()::cancelRequest);
  }

  @Override
  public IsolationLevel getTransactionIsolationLevel() {
    return session.connection().getTransactionIsolationLevel();
  }

  @Override
  public boolean isAutoCommit() {
    return session.connection().isAutoCommit();
  }

  @Override
  public PostgresqlConnectionMetadata getMetadata() {
    return session.connection().getMetadata();
  }

  @Override
  public String toString() {
    return "LeasedConnection[" + session.where() + (over.get() == null ? "]" : ", given back]");
  }
}
