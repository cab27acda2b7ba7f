package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.NestedTransactionException;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.TransactionRollbackException;
import io.vertx.sqlclient.internal.command.CommandBase;

/**
 * The connection that the function of a transaction is given: Vert.x's own, except that beginning,
 * ending and closing are not the function's business.
 */
final class TransactionView extends CheckedConnection {

  private final Promise<Void> completion;
  private final Runnable lost;

  /**
   * @param lost is told when the connection has ended while the function has it
   */
  TransactionView(ContextInternal context, TransactionalConnection<?> connection, Runnable lost) {
    super(context, connection);
    this.completion = context.promise();
    this.lost = lost;
  }

  @Override
  public void handleClosed() {
    super.handleClosed();
    lost.run();
  }

  /** The transaction has ended. */
  void ended(boolean committed) {
    if (committed) {
      completion.tryComplete();
    } else {
      completion.tryFail(TransactionRollbackException.INSTANCE);
    }
  }

  @Override
  public <R> void schedule(CommandBase<R> command, Completable<R> handler) {
    Arguments.check(command);
    conn.schedule(command, handler);
  }

  /** So that Vert.x prepares no statement a second time after an error, which would hide it. */
  @Override
  protected boolean autoCommit() {
    return false;
  }

  @Override
  public Future<Transaction> begin() {
    return context.failedFuture(new NestedTransactionException("begin()"));
  }

  @Override
  public Transaction transaction() {
    return new OpenTransaction();
  }

  @Override
  public Future<Void> close() {
    return context.failedFuture(TransactionalConnection.refusal("close()"));
  }

  /** What {@code transaction()} gives. */
  private final class OpenTransaction implements Transaction {
    @Override
    public Future<Void> commit() {
      return context.failedFuture(TransactionalConnection.refusal("commit()"));
    }

    @Override
    public Future<Void> rollback() {
      return context.failedFuture(TransactionalConnection.refusal("rollback()"));
    }

    @Override
    public Future<Void> completion() {
      return completion.future();
    }
  }
}
