package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.TransactionRules;
import io.github.dsqljava.local.wire.ErrorMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a group of the client. It is held back while the group may have to be run again:
 * only what the client has not seen can be taken back.
 */
final class ClientExchange implements Exchange {
  /** More than a transaction may change: Aurora DSQL's limit is 10 MiB. */
  private static final int MAX_HELD = 16 * 1024 * 1024;

  /**
   * What a procedure gets that begins a transaction of its own where it must not. Of those that
   * clients can call only {@code sys.wait_for_job} does.
   */
  private static final String INVALID_TERMINATION = "2D000";

  /** Told about the end of it. */
  interface Listener {
    void answered(ClientExchange exchange, byte status);

    void copyBegins();
  }

  final ClientGroup group;

  private final ByteBufAllocator allocator;
  private final Consumer<ByteBuf> toClient;
  private final Listener listener;
  private final @Nullable JobAnswers jobs;
  private final List<ByteBuf> held = new ArrayList<>();
  private int heldBytes;
  private boolean holding;

  /** Whether all that follows belongs to a statement of ours. */
  private boolean complete;

  private @Nullable ErrorMessage error;

  /** What it has left undone; null if it changes no catalog. */
  private final @Nullable Skips skips;

  /** Whether we asked PostgreSQL to cancel it. */
  private boolean cancelled;

  /** Whether the client must not hear that a transaction is open already. */
  private boolean hidesWarnings;

  /** Whether it was seen to wait for another transaction. */
  private boolean waited;

  ClientExchange(
      ClientGroup group,
      boolean holding,
      ByteBufAllocator allocator,
      Consumer<ByteBuf> toClient,
      Listener listener) {
    this.group = group;
    this.holding = holding;
    this.allocator = allocator;
    this.toClient = toClient;
    this.listener = listener;
    this.skips = Catalog.isChangedBy(group) ? new Skips() : null;
    this.jobs = group.asksForJobs ? new JobAnswers(group, allocator) : null;
  }

  /** Whether the client has seen nothing of it. */
  boolean isHolding() {
    return holding;
  }

  void markCancelled() {
    cancelled = true;
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

  /** Whether it found that there is nothing to be done: CREATE .. IF NOT EXISTS. */
  boolean hasSkipped() {
    return skips != null && skips.leaveNothingOf(group);
  }

  /** The job that it has brought about; empty if there is none. */
  String jobId() {
    return jobs == null || error != null ? "" : jobs.jobId();
  }

  String sqlState() {
    return error == null ? "" : error.sqlState();
  }

  @Override
  public boolean wantsAll() {
    return group.extended || hidesWarnings || skips != null || jobs != null;
  }

  @Override
  public void bytes(ByteBuf run) {
    if (!holding) {
      toClient.accept(run);
      return;
    }
    held.add(run);
    heldBytes += run.readableBytes();
    if (heldBytes > MAX_HELD) {
      release(toClient);
    }
  }

  @Override
  public void message(byte type, ByteBuf message) {
    if (jobs != null && jobs.replaces(type, message, this::bytes)) {
      return;
    }
    if (complete && type != 'S' && type != 'N') {
      if (type == ErrorMessage.TYPE) {
        error = ErrorMessage.decode(message);
      }
      message.release();
      return;
    }
    if (type == 'N' && hidesWarnings) {
      message.release();
      return;
    }
    if (type == 'N' && skips != null) {
      skips.note(ErrorMessage.decode(message));
    }
    complete = group.extended && type == 'C';
    if (type == ErrorMessage.TYPE) {
      ErrorMessage decoded = ErrorMessage.decode(message);
      error = decoded;
      if (group.refused != null) {
        error = group.refused.translate(decoded);
        message.release();
        bytes(error.encode(allocator));
        return;
      }
      if (decoded.sqlState().equals(Conflicts.SERIALIZATION_FAILURE)
          || decoded.sqlState().equals(Conflicts.DEADLOCK)
          || (cancelled && decoded.sqlState().equals(Conflicts.QUERY_CANCELED))
          || (waited && decoded.sqlState().equals(Conflicts.UNIQUE_VIOLATION))) {
        message.release();
        bytes(Conflicts.rowConflict().encode(allocator));
        return;
      }
      if (group.standsAlone && decoded.sqlState().equals(INVALID_TERMINATION)) {
        message.release();
        error =
            ErrorMessage.error(
                TransactionRules.WAIT_IN_BLOCK.sqlState(),
                TransactionRules.WAIT_IN_BLOCK.message());
        bytes(error.encode(allocator));
        return;
      }
    } else if (type == 'G') {
      listener.copyBegins();
      deliver(); // the client has to send data before there is more to come
    }
    bytes(message);
  }

  @Override
  public void ready(byte status, ByteBuf message) {
    message.release();
    listener.answered(this, status);
  }

  /** Its transaction has not been committed after all: an error takes the place of all it held. */
  void fail(ErrorMessage instead) {
    discard();
    error = instead;
    toClient.accept(instead.encode(allocator));
  }

  /** Hands on what was held back. */
  void deliver() {
    release(toClient);
  }

  /** Forgets what was held back. */
  void discard() {
    release(ByteBuf::release);
  }

  private void release(Consumer<ByteBuf> receiver) {
    holding = false;
    held.forEach(receiver);
    held.clear();
    heldBytes = 0;
  }

  @Override
  public void abandon() {
    discard();
    group.release();
  }
}
