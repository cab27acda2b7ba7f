package io.github.dsqljava.r2dbc;

import io.github.dsqljava.NestedTransactionException;
import io.github.dsqljava.r2dbc.wire.BatchFlight;
import io.github.dsqljava.spi.TransactionText;
import io.netty.buffer.ByteBuf;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.TransactionDefinition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The connection of a transaction's function. It is the driver's own, except that the function must
 * not begin, end or close it.
 */
final class TransactionalConnection extends LeasedConnection {
  private volatile boolean over;
  private volatile boolean doubtful;

  TransactionalConnection(PhysicalSession session) {
    super(session, () -> CompletableFuture.completedFuture(null));
  }

  /** The function has ended; later statements are refused. */
  void end() {
    over = true;
  }

  /** Whether a statement was sent whose text may contain a COMMIT or ROLLBACK. */
  boolean isDoubtful() {
    return doubtful;
  }

  @Override
  public void check(String sql) {
    if (over) {
      throw new IllegalStateException(
          "The transaction has ended; a statement of its function came after the function's publisher"
              + " had completed");
    }
    if (TransactionText.ends(sql)) {
      throw refusal("COMMIT or ROLLBACK");
    }
    if (TransactionText.begins(sql)) {
      throw new NestedTransactionException("BEGIN");
    }
    noteSettings(sql);
    if (TransactionText.mayEnd(sql)) {
      doubtful = true;
    }
  }

  /** The loss of the connection inside a transaction means that its statements were rolled back. */
  @Override
  public Throwable explain(Throwable failure) {
    return failure instanceof R2dbcException error ? explainLate(error) : failure;
  }

  /**
   * Executes a statement for many rows, in one flight, past the driver. If this is the first
   * statement, the driver does not know that a transaction is open, and neither commits nor rolls
   * it back.
   *
   * @return the number of rows that it changed
   */
  Mono<Long> executeRows(String sql, List<? extends List<? extends @Nullable Object>> rows) {
    return Mono.create(
        sink -> {
          check(sql);
          ByteBuf messages = BatchFlight.encode(wire.channel().alloc(), sql, rows);
          wire.whenQuiet(
              () -> {
                var unused =
                    wire.exchange(messages)
                        .whenComplete(
                            (answer, failure) -> {
                              if (failure != null) {
                                sink.error(failure);
                              } else if (answer.error().isPresent()) {
                                sink.error(R2dbcFailures.ofStatement(answer.error().get(), sql));
                              } else {
                                sink.success(answer.rows());
                              }
                            });
              });
        });
  }

  private static IllegalStateException refusal(String call) {
    return new IllegalStateException(
        call
            + " was called on the connection of inTransaction, which itself commits and gives the"
            + " connection back when the function's publisher completes, and rolls back when it fails");
  }

  @Override
  public Mono<Void> beginTransaction() {
    return Mono.error(() -> new NestedTransactionException("beginTransaction()"));
  }

  @Override
  public Mono<Void> beginTransaction(TransactionDefinition definition) {
    return beginTransaction();
  }

  @Override
  public Mono<Void> commitTransaction() {
    return Mono.error(() -> refusal("commitTransaction()"));
  }

  @Override
  public Mono<Void> rollbackTransaction() {
    return Mono.error(() -> refusal("rollbackTransaction()"));
  }

  @Override
  public Mono<Void> setAutoCommit(boolean autoCommit) {
    return Mono.error(() -> refusal("setAutoCommit()"));
  }

  @Override
  public Mono<Void> close() {
    return Mono.error(() -> refusal("close()"));
  }
}
