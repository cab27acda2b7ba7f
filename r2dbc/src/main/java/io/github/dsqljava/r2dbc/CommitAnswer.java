package io.github.dsqljava.r2dbc;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.ConnectionLostException;
import io.github.dsqljava.ServerError;
import io.github.dsqljava.TransactionRolledBackException;
import io.github.dsqljava.r2dbc.wire.SessionNotes;
import io.github.dsqljava.r2dbc.wire.SessionWire;
import io.github.dsqljava.spi.CommitErrors;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcRollbackException;
import io.r2dbc.spi.R2dbcTransientResourceException;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.function.Consumer;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * A COMMIT that the user of a pooled connection calls. If it fails, the server's messages decide
 * whether its outcome is known, and R2DBC's exception has one of ours as its cause.
 */
final class CommitAnswer {
  /** SQL's codes for a lost connection, and for a transaction that is in doubt because of it. */
  private static final String CONNECTION_FAILURE = "08006";

  private static final String RESOLUTION_UNKNOWN = "08007";

  /** SQL's code for the end of a transaction that cannot end so. */
  private static final String INVALID_TERMINATION = "2D000";

  private final PhysicalSession session;
  private final SessionWire wire;
  private final SessionNotes notes;
  private final Consumer<R2dbcException> ifUnknown;
  private final int beginsBefore;
  private final int endsBefore;

  /** Whether the subscriber cancelled before the answer came. */
  private volatile boolean cancelled;

  /**
   * @param ifUnknown gets the exception of a COMMIT whose outcome is unknown
   */
  CommitAnswer(PhysicalSession session, Consumer<R2dbcException> ifUnknown) {
    this.session = session;
    this.ifUnknown = ifUnknown;
    this.wire = session.wire();
    this.notes = wire.notes();
    this.beginsBefore = notes.begins();
    this.endsBefore = notes.ends();
  }

  /**
   * Sends COMMIT. A subscriber that cancels cannot take it back. If its answer is lost after that,
   * the exception goes to Reactor's hook for dropped errors.
   *
   * @param context of the subscriber
   */
  Mono<Void> commit(ContextView context) {
    notes.expectCommit();
    return session
        .connection()
        .commitTransaction()
        .onErrorResume(this::read)
        .doOnCancel(
            () -> {
              cancelled = true;
              wire.whenQuiet(() -> abandoned(context));
            });
  }

  /**
   * Called before a ROLLBACK. After a cancelled COMMIT it waits for the server's answer, and fails
   * if the transaction is committed or its outcome is unknown.
   */
  Mono<Void> beforeRollback() {
    return cancelled
        ? Mono.<Void>create(sink -> wire.whenQuiet(sink::success)).then(Mono.defer(this::unheard))
        : Mono.empty();
  }

  private Mono<Void> unheard() {
    if (wasNotSent() || !isOfTheLastTransaction()) {
      return Mono.empty();
    }
    if (notes.ends() > endsBefore) {
      return notes.lastEndIsCommit() ? Mono.error(committed()) : Mono.empty();
    }
    return doesAnErrorLeaveDoubt()
        ? Mono.error(unknown(new ClosedChannelException()))
        : Mono.empty();
  }

  private static R2dbcException committed() {
    return new R2dbcNonTransientResourceException(
        "The transaction is committed and cannot be rolled back: commitTransaction() was cancelled,"
            + " by a timeout for example, when COMMIT had been sent, and the server has carried it"
            + " out. Do not run the transaction again",
        INVALID_TERMINATION);
  }

  /**
   * Whether COMMIT was sent and the server's messages leave its outcome unknown. The driver does
   * not send COMMIT without a transaction; the next statement then sets the mark that it was sent,
   * and the transaction that begins with it shows the mistake.
   */
  boolean isInDoubt() {
    return notes.isCommitSent()
        && isOfTheLastTransaction()
        && notes.ends() == endsBefore
        && notes.status() != SessionNotes.IDLE
        && doesAnErrorLeaveDoubt();
  }

  private boolean isOfTheLastTransaction() {
    return notes.begins() == beginsBefore;
  }

  private boolean doesAnErrorLeaveDoubt() {
    return notes.lastError().map(CommitErrors::leaveOutcomeUnknown).orElse(true);
  }

  /** Valid only when every message sent has its answer, or the connection has ended. */
  private boolean wasNotSent() {
    boolean isUnanswered = notes.ends() == endsBefore && notes.lastError().isEmpty();
    return !notes.isCommitSent() || (isUnanswered && wire.isOpen());
  }

  /** Called after a cancel, when every answer has come or the connection has ended. */
  private void abandoned(ContextView context) {
    if (wasNotSent()) {
      return;
    }
    var unused =
        read(new ClosedChannelException())
            .doOnError(
                failure -> {
                  if (failure.getCause() instanceof CommitOutcomeUnknownException doubt) {
                    Operators.onErrorDropped(doubt, Context.of(context));
                  }
                })
            .onErrorComplete()
            .subscribe();
  }

  private Mono<Void> read(Throwable failure) {
    if (notes.ends() > endsBefore) {
      // The server has answered; errors after that change nothing.
      return notes.lastEndIsCommit() ? Mono.empty() : Mono.error(rolledBack(failure));
    }
    if (!notes.isCommitSent()) {
      return Mono.error(wire.isOpen() ? failure : lostBefore(session, failure));
    }
    return Mono.error(doesAnErrorLeaveDoubt() ? unknown(failure) : failure);
  }

  private R2dbcException rolledBack(Throwable failure) {
    Optional<ServerError> first = notes.transactionError();
    TransactionRolledBackException ours =
        new TransactionRolledBackException(
            first.<Throwable>map(error -> R2dbcFailures.ofStatement(error, "")).orElse(failure));
    return new R2dbcRollbackException(
        ours.getMessage(), first.map(ServerError::sqlState).orElse("40000"), 0, ours);
  }

  /** Returns the exception for a COMMIT with an unknown outcome. */
  R2dbcException unknown(Throwable failure) {
    String problem =
        notes
            .lastError()
            .map(answer -> "the server answered " + answer)
            .orElse("the connection was lost");
    CommitOutcomeUnknownException ours =
        new CommitOutcomeUnknownException(/* attempts= */ 1, problem, failure);
    R2dbcException said =
        new R2dbcNonTransientResourceException(ours.getMessage(), RESOLUTION_UNKNOWN, 0, ours);
    ifUnknown.accept(said);
    return said;
  }

  /** The loss of a connection inside a transaction whose COMMIT was not sent. */
  static R2dbcException lostBefore(PhysicalSession session, Throwable failure) {
    ConnectionLostException ours = new ConnectionLostException(session.where(), failure);
    return new R2dbcTransientResourceException(ours.getMessage(), CONNECTION_FAILURE, 0, ours);
  }
}
