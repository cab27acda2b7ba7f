package io.github.dsqljava.local.session;

import io.github.dsqljava.local.limits.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the client sends for the COPYs of one group, kept so that the group can be run again while
 * the client notices nothing. Belongs to an event loop.
 */
final class CopyInput {
  /** More than a transaction may change: Aurora DSQL's limit is 10 MiB. */
  static final int MAX_KEPT = 16 * 1024 * 1024;

  private static final int MIN_CHUNK = 1024;
  private static final int MAX_CHUNK = 64 * 1024;

  /**
   * The messages for one COPY. Copied, because a driver may send each line by itself, and a slice
   * of what was read costs more than a line. A chunk never grows: what has been written of it to
   * PostgreSQL may not have been sent.
   */
  private static final class Part {
    private final List<ByteBuf> chunks = new ArrayList<>();
  }

  private final ByteBufAllocator allocator;
  private final MemoryBudget budget;
  private final List<Part> parts = new ArrayList<>();
  private int size;
  private long taken;

  /** Whether the client has been asked for data and has not sent the end of it. */
  private boolean open;

  private boolean kept = true;
  private boolean overfull;
  private boolean givenUp;
  private boolean violated;
  private boolean sync;

  /** How many COPYs PostgreSQL has come to, since the group was sent last. */
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

  /** PostgreSQL asks for the data of the next COPY; returns whether the client knows of it. */
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

  /** Whether PostgreSQL has not come to the last COPY that the client knows of. */
  boolean isAhead() {
    return reached < parts.size();
  }

  /** Whether all data of the COPY that PostgreSQL has come to is there. */
  boolean isReachedWhole() {
    return isAhead() || !open;
  }

  /** Hands on what is there for the COPY that PostgreSQL has come to. */
  void replay(Consumer<ByteBuf> receiver) {
    for (ByteBuf chunk : parts.get(reached - 1).chunks) {
      receiver.accept(chunk.retainedSlice());
    }
  }

  // ---- what the client sends

  /** Whether the client takes itself to be in a COPY. */
  boolean isOpen() {
    return open;
  }

  /** Adds a message, and leaves it to the caller. */
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

  /** The client gives up. */
  void giveUp() {
    givenUp = true;
    open = false;
  }

  /** Whether the client has given up its last COPY. */
  boolean isGivenUp() {
    return givenUp && !isAhead();
  }

  /** The client has sent what must not stand among data. */
  void violate() {
    violated = true;
  }

  boolean isViolated() {
    return violated && !isAhead();
  }

  /** The client has sent Sync among its data. It counts if the COPY fails, and only then. */
  void sync() {
    sync = true;
  }

  boolean hasSync() {
    return sync;
  }

  // ---- memory

  /** Whether all is there that the client has sent. */
  boolean isKept() {
    return kept;
  }

  /** Whether there is more than should be kept. */
  boolean isOverfull() {
    return kept && overfull;
  }

  /** Whether nothing is missing that a group waits for that PostgreSQL is to run now. */
  boolean isDue() {
    return !open || violated || overfull;
  }

  /** Forgets the data; the group cannot be run again. */
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
