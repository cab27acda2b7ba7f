package io.github.dsqljava.local.occ;

import io.github.dsqljava.local.occ.Interruption.Leave;
import io.github.dsqljava.local.protocol.Answer;
import io.github.dsqljava.local.protocol.Call;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.TransactionStatus;
import io.github.dsqljava.local.request.Group;
import io.github.dsqljava.local.request.OwnNames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A session, as optimistic concurrency uses it. On the session's event loop only. */
public interface OccSession {
  ByteBufAllocator allocator();

  /** Returns the names of dsql-local's own statements and portals. */
  OwnNames names();

  /** Returns the open transaction; null outside of one. */
  @Nullable Transaction transaction();

  /** Returns the status as of PostgreSQL's last ReadyForQuery. */
  TransactionStatus status();

  /**
   * Whether another session may be in the way of a statement sent now, or has been since the
   * transaction began.
   */
  boolean isContended();

  /**
   * Runs statements of dsql-local itself, one after the other until one fails. The client's groups
   * wait until {@code then} has returned and all work that it starts is done.
   *
   * @param leave the occasions on which they may be cancelled
   * @param then takes the answer to the last one
   */
  void ask(Leave leave, Consumer<Answer> then, String... statements);

  /** The same with parameters. */
  void ask(Leave leave, Consumer<Answer> then, List<Call> calls);

  /** The same with a script that has been encoded, which ends with a Sync. */
  void ask(Consumer<Answer> then, ByteBuf script);

  /** The same for statements that may not be cancelled. */
  default void ask(Consumer<Answer> then, String... statements) {
    ask(Leave.NONE, then, statements);
  }

  /**
   * Sends a group.
   *
   * @param holding whether to hold its answer back, so that it can run again
   */
  void send(Group group, boolean holding);

  /** Makes a group fail with an error, and its transaction with it. */
  void fail(Group group, ErrorMessage error);

  /** The transaction has released its locks. */
  void hasGivenWay();
}
