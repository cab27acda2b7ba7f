package io.github.dsqljava.local.session;

import io.github.dsqljava.local.catalog.Skips;
import io.github.dsqljava.local.dialect.Refusal;
import io.github.dsqljava.local.dialect.Settings;
import io.github.dsqljava.local.dialect.Trait;
import io.github.dsqljava.local.dialect.TransactionRules;
import io.github.dsqljava.local.jobs.JobAnswers;
import io.github.dsqljava.local.occ.Conflicts;
import io.github.dsqljava.local.plans.PlanAnswers;
import io.github.dsqljava.local.plans.PlanPortals;
import io.github.dsqljava.local.protocol.BackendType;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.RowDescription;
import io.github.dsqljava.local.protocol.ServiceErrors;
import io.github.dsqljava.local.protocol.ServiceWords;
import io.github.dsqljava.local.protocol.TransactionStatus;
import io.github.dsqljava.local.request.FailInPlace;
import io.github.dsqljava.local.request.Group;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a group of the client. It is held back while the group may have to run again, or
 * while its transaction is yet to be committed. Only an answer that the client has not seen can be
 * taken back.
 */
final class ClientExchange implements Exchange {
  /** More than a transaction may change: Aurora DSQL's limit is 10 MiB. */
  private static final int MAX_HELD = 16 * 1024 * 1024;

  /**
   * The error of a procedure that begins a transaction of its own where it must not. Of the
   * procedures that clients can call, only {@code sys.wait_for_job} does so.
   */
  private static final String INVALID_TERMINATION = "2D000";

  /** The part of an answer that is held back. */
  enum Holding {
    NOTHING,
    /** All of it, so that the group can run again. Only COPY's request for data passes. */
    ALL
  }

  /** Hears of the end of the exchange, and of COPY. */
  interface Listener {
    void answered(ClientExchange exchange, TransactionStatus status);

    /** PostgreSQL asks for data; returns whether the client was asked in an earlier try. */
    boolean copyBegins(ClientExchange exchange);

    /** A COPY that asks for data has failed for good. */
    void copyFails(ClientExchange exchange);
  }

  private final Run run;
  private final Group group;
  private final ByteBufAllocator allocator;
  private final ClientPort client;
  private final Listener listener;
  private final @Nullable JobAnswers jobs;

  /** Null if the group asks for no plan. */
  private final @Nullable PlanAnswers plans;

  /** Whether the description of a result has PostgreSQL's name of a setting, not the service's. */
  private final boolean renames;

  /** Statements that found nothing to do; null if the group does not change the schema. */
  private final @Nullable Skips skips;

  private final List<ByteBuf> held = new ArrayList<>();
  private int heldBytes;
  private Holding holding;

  /** Whether the client has seen a part of the answer. */
  private boolean seen;

  /** Whether the rest of the answer belongs to the statement that was appended to the group. */
  private boolean complete;

  /** The last CommandComplete, kept while an error may take its place. */
  private @Nullable ByteBuf lastCompletion;

  private @Nullable ErrorMessage error;

  /** Whether PostgreSQL has come to the place where the group was made to fail. */
  private boolean failedInPlace;

  /**
   * Whether it has failed at its end, so that the client gets none of PostgreSQL's later messages.
   */
  private boolean failedAtItsEnd;

  /** Whether PostgreSQL was asked to cancel it. */
  private boolean cancelled;

  /** Whether its COPY was ended so that its transaction can give way. */
  private boolean withdrawn;

  /**
   * Whether the client already has the messages that come now, up to the next request for COPY
   * data.
   */
  private boolean repeats;

  /** Whether to hide the warning that a transaction is open already. */
  private boolean hidesWarnings;

  /** Whether it was seen to wait for another transaction. */
  private boolean waited;

  /**
   * @param portals the unread rows of plans in the session's portals
   */
  ClientExchange(
      Run run,
      Holding holding,
      ByteBufAllocator allocator,
      ClientPort client,
      PlanPortals portals,
      Listener listener) {
    this.run = run;
    this.group = run.group();
    this.holding = holding;
    this.allocator = allocator;
    this.client = client;
    this.listener = listener;
    group.names().areSent();
    CopyInput input = run.input();
    if (input != null) {
      input.isSent();
      repeats = input.isAhead();
    }
    this.renames = group.has(Trait.SHOWS_RENAMED);
    this.skips = group.changesSchema() ? new Skips() : null;
    this.jobs = group.asksForJobs() ? new JobAnswers(group, allocator) : null;
    this.plans = group.explains() ? new PlanAnswers(group, portals, run::shadows, allocator) : null;
  }

  Run run() {
    return run;
  }

  /**
   * Whether it can run again: the client has seen nothing of its answer, or only the part before a
   * COPY whose data is kept.
   */
  boolean isHolding() {
    CopyInput input = run.input();
    return holding != Holding.NOTHING && !seen && (input == null || input.isKept());
  }

  /** Notes that its COPY is ended so that its transaction can give way. */
  void withdraw() {
    withdrawn = true;
  }

  /** Whether it has failed because its COPY was ended. */
  boolean isWithdrawn() {
    return withdrawn && Conflicts.isCancellation(sqlState());
  }

  /** Whether it has failed because it was stopped for others, and can run again. */
  boolean isStopped() {
    boolean stopped =
        Conflicts.isDeadlock(sqlState()) || (cancelled && Conflicts.isCancellation(sqlState()));
    return isWithdrawn() || (stopped && isHolding());
  }

  void markCancelled() {
    cancelled = true;
  }

  /** Forgets the cancellation: if it fails now, the client has asked for that. */
  void forgetCancellation() {
    cancelled = false;
  }

  boolean isCancelled() {
    return cancelled;
  }

  void hideWarnings() {
    hidesWarnings = true;
  }

  void markWaited() {
    waited = true;
  }

  /** Whether it waited for another transaction and then failed with a unique violation. */
  boolean hasMetAKey() {
    return waited && Conflicts.isUniqueViolation(sqlState());
  }

  /** Whether all of its statements found nothing to do, such as CREATE .. IF NOT EXISTS. */
  boolean hasSkipped() {
    return skips != null && skips.leaveNothingOf(group);
  }

  /** Returns the id of the job that it has started; empty if there is none. */
  String jobId() {
    return jobs == null || error != null ? "" : jobs.jobId();
  }

  /** Returns the SQLSTATE of its error, as PostgreSQL gave it; empty if there was none. */
  String sqlState() {
    return error == null ? "" : error.sqlState();
  }

  boolean hasFailed() {
    return error != null;
  }

  /** Whether it failed by a verdict after it had run, of which PostgreSQL knows nothing. */
  boolean hasFailedAtItsEnd() {
    return failedAtItsEnd;
  }

  /** Whether PostgreSQL has come to the place where the group was made to fail. */
  boolean hasFailedInPlace() {
    return failedInPlace;
  }

  /** Whether it had its effect on the transaction, even if the client gets an error. */
  boolean tookEffect() {
    FailInPlace failure = group.failure();
    return error == null
        || (failedInPlace
            && failure != null
            && failure.isBehind()
            && group.effect().endsTransaction());
  }

  @Override
  public boolean wants(byte type) {
    return wantsAll()
        || (!group.names().isEmpty() && changesName(type))
        || (type == BackendType.COMMAND_COMPLETE && run.isJudgedAtItsEnd());
  }

  private static boolean changesName(byte type) {
    return type == BackendType.PARSE_COMPLETE || type == BackendType.CLOSE_COMPLETE;
  }

  private boolean wantsAll() {
    FailInPlace failure = group.failure();
    return group.isExtended()
        || repeats
        || hidesWarnings
        || skips != null
        || jobs != null
        || plans != null
        || renames
        || (failure != null && failure.isBehind())
        || client.wantsAll();
  }

  @Override
  public void bytes(ByteBuf bytes) {
    if (repeats || failedAtItsEnd) {
      bytes.release();
      return;
    }
    if (holding == Holding.NOTHING) {
      seen = true;
      client.send(bytes);
      return;
    }
    held.add(bytes);
    heldBytes += bytes.readableBytes();
    if (heldBytes > MAX_HELD) {
      holding = Holding.NOTHING;
      release(client::send);
    }
  }

  @Override
  public void message(byte type, ByteBuf message) {
    if (type == BackendType.ERROR_RESPONSE) {
      ErrorMessage decoded = ErrorMessage.decode(message);
      message.release();
      if (!failedAtItsEnd) {
        failed(decoded);
      }
      return;
    }
    if (changesName(type) && !complete) {
      group.names().nextIsAnswered();
    }
    passLastCompletion();
    if (jobs != null && jobs.replaces(type, message, this::bytes)) {
      return;
    }
    if (isHidden(type)) {
      message.release();
      return;
    }
    if (plans != null && plans.replaces(type, message, this::bytes)) {
      return;
    }
    if ((repeats || failedAtItsEnd) && type == BackendType.PARAMETER_STATUS) {
      client.send(message); // to go back has changed it
      return;
    }
    switch (type) {
      case BackendType.NOTICE_RESPONSE -> {
        if (skips != null) {
          skips.note(ErrorMessage.decode(message));
        }
      }
      case BackendType.COMMAND_COMPLETE -> {
        complete = group.isExtended();
        Optional<ErrorMessage> verdict = run.verdict();
        if (verdict.isPresent()) {
          message.release();
          error = verdict.get();
          bytes(error.encode(allocator));
          failedAtItsEnd = true;
          return;
        }
        FailInPlace failure = group.failure();
        if (failure != null && failure.isBehind()) {
          lastCompletion = message;
          return;
        }
      }
      case BackendType.ROW_DESCRIPTION -> {
        if (renames) {
          bytes(
              RowDescription.rename(
                  message, Settings.SYNC_INDEX_IN_POSTGRESQL, Settings.SYNC_INDEX, allocator));
          return;
        }
      }
      case BackendType.COPY_IN_RESPONSE -> {
        copyBegins(message);
        return;
      }
      default -> {}
    }
    bytes(message);
  }

  private boolean isHidden(byte type) {
    if (failedAtItsEnd) {
      return type != BackendType.PARAMETER_STATUS;
    }
    if (type == BackendType.NOTICE_RESPONSE) {
      return hidesWarnings;
    }
    return complete && type != BackendType.PARAMETER_STATUS;
  }

  /** PostgreSQL asks for data, so the client has to see the answer up to here. */
  private void copyBegins(ByteBuf message) {
    if (listener.copyBegins(this)) {
      message.release();
      CopyInput input = run.input();
      repeats = input != null && input.isAhead();
    } else {
      release(client::send);
      client.send(message);
    }
  }

  private void failed(ErrorMessage decoded) {
    if (decoded.isFatal()) {
      client.fatal(decoded); // what was held back may not be true any more
      return;
    }
    FailInPlace failure = group.failure();
    if (failure != null && failure.isReached(decoded)) {
      failedInPlace = true;
      if (lastCompletion != null) {
        lastCompletion.release();
        lastCompletion = null;
      }
      error = failure.answer();
      repeats = false;
      if (!run.endsConnection()) {
        bytes(failure.answer().encode(allocator));
      }
      return;
    }
    passLastCompletion();
    error = decoded;
    repeats = false;
    if (isWithdrawn()) {
      return;
    }
    if (!complete) {
      ErrorMessage given = failure == null ? decoded : failure.translate(decoded);
      ErrorMessage own = plans == null ? given : plans.asSent(given);
      bytes(inWordsOfService(own).encode(allocator));
    }
    CopyInput input = run.input();
    if (input != null && input.isOpen() && !mayRunAgain()) {
      listener.copyFails(this);
      // The client still sends data, and PostgreSQL may end before it answers again.
      holding = Holding.NOTHING;
      deliver();
    }
  }

  private boolean mayRunAgain() {
    return isStopped() || (isHolding() && Conflicts.mayBeConflict(sqlState()));
  }

  private ErrorMessage inWordsOfService(ErrorMessage found) {
    String sqlState = found.sqlState();
    if (Conflicts.isSerializationFailure(sqlState)
        || Conflicts.isDeadlock(sqlState)
        || (cancelled && Conflicts.isCancellation(sqlState))
        || (waited && Conflicts.isUniqueViolation(sqlState))) {
      return ServiceErrors.rowConflict();
    }
    if (group.standsAlone() && sqlState.equals(INVALID_TERMINATION)) {
      Refusal refusal = TransactionRules.WAIT_IN_BLOCK;
      return ErrorMessage.error(refusal.sqlState(), refusal.message());
    }
    if (!run.unfitKey().isEmpty() && ServiceWords.isKeyTooLarge(found)) {
      return ServiceWords.noKey(found, run.unfitKey());
    }
    return ServiceWords.insteadOf(found).orElse(found);
  }

  private void passLastCompletion() {
    ByteBuf completion = lastCompletion;
    if (completion != null) {
      lastCompletion = null;
      bytes(completion);
    }
  }

  @Override
  public void ready(TransactionStatus status) {
    passLastCompletion();
    listener.answered(this, status);
  }

  /** Replaces the whole held-back answer by an error, because its transaction was not committed. */
  void fail(ErrorMessage instead) {
    discard();
    error = instead;
    client.error(instead);
  }

  /** Sends the held-back answer to the client. */
  void deliver() {
    release(client::send);
  }

  /** Drops the held-back answer. */
  void discard() {
    if (plans != null) {
      plans.takeBack();
    }
    release(ByteBuf::release);
  }

  private void release(Consumer<ByteBuf> receiver) {
    held.forEach(receiver);
    held.clear();
    heldBytes = 0;
  }

  @Override
  public void abandon() {
    discard();
    if (lastCompletion != null) {
      lastCompletion.release();
      lastCompletion = null;
    }
    run.release();
  }
}
