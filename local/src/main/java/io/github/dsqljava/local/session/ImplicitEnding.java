package io.github.dsqljava.local.session;

import io.github.dsqljava.local.occ.Committing;
import io.github.dsqljava.local.occ.Ending;
import io.github.dsqljava.local.occ.Interruption.Leave;
import io.github.dsqljava.local.occ.Transaction;
import io.github.dsqljava.local.protocol.ErrorMessage;

/** The end of an implicit transaction, after the answer to its last statement. */
final class ImplicitEnding implements Ending {
  private final SessionState state;
  private final OwnWork own;
  private final Committing committing;
  private final SchemaNews schemaNews;
  private final Transaction running;
  private final ClientExchange exchange;
  private final Runnable finish;

  /**
   * @param finish called when the transaction is over, to send the answer
   */
  ImplicitEnding(
      SessionState state,
      OwnWork own,
      Committing committing,
      SchemaNews schemaNews,
      Transaction running,
      ClientExchange exchange,
      Runnable finish) {
    this.state = state;
    this.own = own;
    this.committing = committing;
    this.schemaNews = schemaNews;
    this.running = running;
    this.exchange = exchange;
    this.finish = finish;
  }

  @Override
  public void win() {
    state.end(running);
    schemaNews.commits(running);
    own.ask(
        Leave.NONE,
        answer -> {
          ErrorMessage error = answer.error();
          committing.settle(error == null);
          if (error == null) {
            schemaNews.committed(running);
          } else {
            schemaNews.notCommitted();
            exchange.fail(error);
          }
          finish.run();
        },
        "COMMIT");
  }

  @Override
  public void lose(ErrorMessage error) {
    state.told(error);
    state.end(running);
    own.ask(
        Leave.NONE,
        unused -> {
          exchange.fail(error);
          finish.run();
        },
        "ROLLBACK");
  }

  /** A statement has failed, and so has the transaction. */
  void rollBack() {
    state.end(running);
    own.ask(Leave.NONE, unused -> finish.run(), "ROLLBACK");
  }
}
