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
 * The connection for the function of a transaction: Vert.x's own, except that the function cannot
 * begin or end the transaction, or close the connection.
 */
final class TransactionView extends CheckedConnection {

  private final Promise<Void> completion;
  private final Runnable lost;

  /**
   * @param lost called when the connection has ended while the function has it
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

  /**
   * Returns false, so that Vert.x does not prepare a statement again after an error, which would
   * hide the error.
   */
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

  /** The transaction that {@code transaction()} returns. */
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
