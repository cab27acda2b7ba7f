package io.github.dsqljava.local.frontend;

import io.github.dsqljava.local.limits.MemoryBudget;
import io.github.dsqljava.local.protocol.Reading;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Backpressure between PostgreSQL and the client. It reads PostgreSQL's answers as fast as the
 * client takes them. When another session waits for this session's locks, it reads up to {@link
 * #MAX_UNREAD} ahead of the client: PostgreSQL cannot end a statement, nor a session its
 * transaction, while nobody reads. Belongs to the event loop of the connection.
 */
final class AnswerPace {
  /** More than a transaction may change: Aurora DSQL's limit is 10 MiB. */
  static final long MAX_UNREAD = 16L * 1024 * 1024;

  private final Channel backend;
  private final Channel client;
  private final MemoryBudget budget;
  private boolean ahead;
  private long taken;

  /**
   * @param budget of the memory for answers that clients have not read
   */
  AnswerPace(Channel backend, Channel client, MemoryBudget budget) {
    this.backend = backend;
    this.client = client;
    this.budget = budget;
  }

  /** Another session waits for this one. Called again and again while it does. */
  void read(Reading what) {
    if (client.isWritable()) {
      return; // and PostgreSQL is read
    }
    ahead = true;
    backend.config().setAutoRead(what == Reading.PAST_CLIENT || hasRoom());
  }

  /** Answers have been written to the client. */
  void written() {
    if (ahead) {
      backend.config().setAutoRead(hasRoom());
    }
  }

  /** The client takes more, or does not. */
  void clientTakes(boolean more) {
    if (more) {
      ahead = false;
      giveBack();
    }
    if (!ahead) {
      backend.config().setAutoRead(more);
    }
  }

  /** The connection is over. */
  void closed() {
    ahead = false;
    giveBack();
  }

  private boolean hasRoom() {
    ChannelOutboundBuffer buffer = client.unsafe().outboundBuffer();
    long unread = buffer == null ? 0 : buffer.totalPendingWriteBytes();
    if (unread >= MAX_UNREAD) {
      return false;
    }
    if (unread > taken && !budget.take(unread - taken)) {
      return false;
    }
    if (unread < taken) {
      budget.giveBack(taken - unread);
    }
    taken = unread;
    return true;
  }

  private void giveBack() {
    budget.giveBack(taken);
    taken = 0;
  }
}
