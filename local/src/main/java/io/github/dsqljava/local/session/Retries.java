package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.Trait;
import io.github.dsqljava.local.dialect.TransactionEffect;
import io.github.dsqljava.local.occ.Conflicts;
import io.github.dsqljava.local.occ.Parking;
import io.github.dsqljava.local.occ.Parking.Refusal;
import io.github.dsqljava.local.occ.Transaction;
import io.github.dsqljava.local.occ.Transaction.Protection;
import io.github.dsqljava.local.protocol.Subject;
import io.github.dsqljava.local.protocol.Sync;
import io.github.dsqljava.local.protocol.TransactionStatus;
import io.github.dsqljava.local.request.Group;
import io.github.dsqljava.local.request.Prepared;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Runs a group again that PostgreSQL has refused because of another transaction. On the service,
 * the client sees no error at the statement. Belongs to an event loop.
 */
final class Retries {
  /**
   * The number of attempts at a statement outside of a transaction that others stop. All others go
   * on each time, so this many sessions would have to meet it in turn.
   */
  private static final int MAX_ATTEMPTS = 20;

  /** The number of attempts without a transaction; later ones run in one, which can give way. */
  private static final int MAX_ATTEMPTS_ALONE = 2;

  private final SessionState state;
  private final OwnWork own;
  private final Parking parking;
  private final Flow flow;
  private final Consumer<Run> inTransaction;
  private final BooleanSupplier functions;
  private final ByteBufAllocator allocator;

  /**
   * @param functions whether a client's function may change rows
   * @param inTransaction runs a group in a transaction of its own
   */
  Retries(
      SessionState state,
      OwnWork own,
      Parking parking,
      Flow flow,
      Consumer<Run> inTransaction,
      BooleanSupplier functions,
      ByteBufAllocator allocator) {
    this.state = state;
    this.own = own;
    this.parking = parking;
    this.flow = flow;
    this.inTransaction = inTransaction;
    this.functions = functions;
    this.allocator = allocator;
  }

  /** Runs the group of an answer again, if that may help and the client has seen nothing of it. */
  boolean runsAgain(ClientExchange exchange, TransactionStatus status) {
    Transaction running = state.transaction();
    return running == null
        ? runsAgainOutside(exchange, status)
        : runsAgainInside(running, exchange, status);
  }

  private boolean runsAgainOutside(ClientExchange exchange, TransactionStatus status) {
    Run run = exchange.run();
    if (status != TransactionStatus.IDLE) {
      return false;
    }
    if (exchange.hasMetAKey() && mayRunInTransaction(run.group())) {
      // A snapshot of its own shows whether the key existed before or another transaction has won.
      forgetStatements(run.group());
      inTransaction.accept(run);
      return true;
    }
    if (!isBroken(exchange)) {
      return false;
    }
    int attempt = run.nextAttempt();
    if (attempt > MAX_ATTEMPTS) {
      return false;
    }
    forgetStatements(run.group());
    if (attempt > MAX_ATTEMPTS_ALONE && run.group().effect() == TransactionEffect.DML) {
      inTransaction.accept(run);
    } else {
      flow.send(run, /* holding= */ true);
    }
    return true;
  }

  private static boolean mayRunInTransaction(Group group) {
    return !group.standsAlone() && !group.changesSchema() && !group.effect().isTransactionControl();
  }

  private boolean runsAgainInside(
      Transaction running, ClientExchange exchange, TransactionStatus status) {
    Run run = exchange.run();
    Group group = run.group();
    String sqlState = exchange.sqlState();
    if (running.isOffTables()
        || running.protection() == Protection.NONE
        || exchange.hasFailedInPlace()) {
      return false;
    }
    boolean again =
        isBroken(exchange)
            || (status == TransactionStatus.OPEN && hasMissedKeys(running, exchange));
    if (!again
        && (status != TransactionStatus.FAILED
            || !mayBeConflict(group, sqlState)
            || (running.isBelieved(group) && !Conflicts.isSerializationFailure(sqlState)))) {
      return false;
    }
    forgetStatements(group);
    parking.takeBack(
        running, group, again ? Refusal.STOPPED : refusal(group, sqlState), run.nextAttempt());
    return true;
  }

  /**
   * Whether a group may have missed that a key is taken on its snapshot. It was sent while the
   * session was alone, and another session that came since may have freed the key.
   */
  private boolean hasMissedKeys(Transaction running, ClientExchange exchange) {
    Run run = exchange.run();
    return !running.isBehind()
        && (run.group().has(Trait.CHANGES_ROWS)
            || (functions.getAsBoolean() && !run.group().has(Trait.SETS)))
        && run.fault() == null
        && !exchange.hasFailed()
        && state.isContended();
  }

  private static Refusal refusal(Group group, String sqlState) {
    if (group.has(Trait.DOES_NOTHING)) {
      return Refusal.PERHAPS_NOTHING;
    }
    // PostgreSQL takes changes for conflicts that the service's key shares allow.
    return Conflicts.isSerializationFailure(sqlState) && !group.has(Trait.SHARES_KEYS)
        ? Refusal.LOST
        : Refusal.PERHAPS_LOST;
  }

  /** Whether it was stopped for others. */
  private static boolean isBroken(ClientExchange exchange) {
    return Conflicts.isDeadlock(exchange.sqlState())
        || (exchange.isCancelled() && Conflicts.isCancellation(exchange.sqlState()));
  }

  private static boolean mayBeConflict(Group group, String sqlState) {
    // DDL fails on existing rows and taken names, which another try would not change.
    return Conflicts.mayBeConflict(sqlState)
        && (!group.changesSchema() || Conflicts.isSerializationFailure(sqlState));
  }

  /**
   * Closes the statements that a group has prepared: they survive its failure and would block
   * another try. Leaves other names alone, because they may stand for older statements of the
   * client.
   */
  void forgetStatements(Group group) {
    List<Prepared> prepared = group.preparedSoFar();
    if (!prepared.isEmpty()) {
      ByteBuf script = allocator.buffer();
      prepared.forEach(statement -> Subject.statement(statement.name()).close(script));
      own.sendAhead(Sync.encode(script));
    }
  }
}
