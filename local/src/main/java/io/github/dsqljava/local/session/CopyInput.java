package io.github.dsqljava.local.session;

import io.github.dsqljava.local.limits.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The client's data for the COPYs of one group, kept so that the group can run again without the
 * client noticing. Belongs to an event loop.
 */
final class CopyInput {
  /** More than a transaction may change: Aurora DSQL's limit is 10 MiB. */
  static final int MAX_KEPT = 16 * 1024 * 1024;

  private static final int MIN_CHUNK = 1024;
  private static final int MAX_CHUNK = 64 * 1024;

  /**
   * The messages for one COPY. They are copied, because a driver may send each line in a message of
   * its own, and a slice of the read buffer costs more memory than a line. A chunk never grows,
   * because a part of it may still wait in the channel to PostgreSQL.
   */
  private static final class Part {
    private final List<ByteBuf> chunks = new ArrayList<>();
  }

  private final ByteBufAllocator allocator;
  private final MemoryBudget budget;
  private final List<Part> parts = new ArrayList<>();
  private int size;
  private long taken;

  /** Whether the client was asked for data and has not sent its end. */
  private boolean open;

  private boolean kept = true;
  private boolean overfull;
  private boolean givenUp;
  private boolean violated;
  private boolean sync;

  /** The number of COPYs that PostgreSQL has reached since the group was last sent. */
  private int reached;

  CopyInput(ByteBufAllocator allocator, MemoryBudget budget) {
    this.allocator = allocator;
    this.budget = budget;
  }

  // ---- what PostgreSQL does

  /** The group is sent, perhaps again. */
  void isSent() {
    reached = 0;
  }

  /** PostgreSQL asks for the data of the next COPY; returns whether the client was asked before. */
  boolean isReached() {
    reached++;
    if (reached <= parts.size()) {
      return true;
    }
    parts.add(new Part());
    open = true;
    sync = false;
    givenUp = false;
    return false;
  }

  /** Whether PostgreSQL has not reached the last COPY that the client was asked for. */
  boolean isAhead() {
    return reached < parts.size();
  }

  /** Whether the client has sent all data of the COPY that PostgreSQL has reached. */
  boolean isReachedWhole() {
    return isAhead() || !open;
  }

  /** Hands on the data so far for the COPY that PostgreSQL has reached. */
  void replay(Consumer<ByteBuf> receiver) {
    for (ByteBuf chunk : parts.get(reached - 1).chunks) {
      receiver.accept(chunk.retainedSlice());
    }
  }

  // ---- what the client sends

  /** Whether the client is in a COPY from its own point of view. */
  boolean isOpen() {
    return open;
  }

  /** Adds a copy of a message; the caller still owns the message. */
  void add(ByteBuf message) {
    if (!kept) {
      return;
    }
    ByteBuf rest = message.slice();
    List<ByteBuf> chunks = parts.get(parts.size() - 1).chunks;
    while (rest.isReadable()) {
      ByteBuf last = chunks.isEmpty() ? null : chunks.get(chunks.size() - 1);
      if (last == null || !last.isWritable()) {
        last = newChunk();
        chunks.add(last);
      }
      last.writeBytes(rest, Math.min(rest.readableBytes(), last.writableBytes()));
    }
  }

  private ByteBuf newChunk() {
    int capacity = Math.max(MIN_CHUNK, Math.min(size, MAX_CHUNK));
    size += capacity;
    if (size <= MAX_KEPT && budget.take(capacity)) {
      taken += capacity;
    } else {
      overfull = true;
    }
    return allocator.buffer(capacity, capacity);
  }

  /** The client has sent the end of its data, or will send no more. */
  void close() {
    open = false;
  }

  /** The client gives up the COPY. */
  void giveUp() {
    givenUp = true;
    open = false;
  }

  /** Whether the client has given up its last COPY. */
  boolean isGivenUp() {
    return givenUp && !isAhead();
  }

  /** The client has sent a message that must not come between the data. */
  void violate() {
    violated = true;
  }

  boolean isViolated() {
    return violated && !isAhead();
  }

  /** The client has sent Sync between its data. It counts only if the COPY fails. */
  void sync() {
    sync = true;
  }

  boolean hasSync() {
    return sync;
  }

  // ---- memory

  /** Whether all data that the client has sent is kept. */
  boolean isKept() {
    return kept;
  }

  /** Whether there is more data than may be kept. */
  boolean isOverfull() {
    return kept && overfull;
  }

  /** Whether a group that waits for data can run now. */
  boolean isDue() {
    return !open || violated || overfull;
  }

  /** Releases the data; the group cannot run again. */
  void forget() {
    kept = false;
    for (Part part : parts) {
      part.chunks.forEach(ByteBuf::release);
      part.chunks.clear();
    }
    budget.giveBack(taken);
    taken = 0;
  }
}
