package io.github.dsqljava.local.session;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a client has sent and nobody has run yet: groups, and messages outside of groups. Belongs to
 * an event loop.
 */
final class ClientQueue {
  private static final int MAX_BYTES = 1024 * 1024;

  private final Deque<Object> items = new ArrayDeque<>();
  private int bytes;

  /** Whether what comes up to the next Sync stands behind an error, and is not run. */
  private boolean dropping;

  private boolean readyDue;

  void add(ClientGroup group) {
    if (dropping) {
      drop(group);
    } else {
      items.addLast(group);
      bytes += group.size();
    }
  }

  void add(ByteBuf message) {
    items.addLast(message);
  }

  boolean isEmpty() {
    return items.isEmpty();
  }

  /** Whether the client should be read no more for now. */
  boolean isFull() {
    return bytes >= MAX_BYTES;
  }

  /** The group that is next; null if there is none. */
  @Nullable ClientGroup peekGroup() {
    return items.peekFirst() instanceof ClientGroup group ? group : null;
  }

  /** The message outside of groups that is next; null if there is none. */
  @Nullable ByteBuf pollMessage() {
    return items.peekFirst() instanceof ByteBuf ? (ByteBuf) items.removeFirst() : null;
  }

  void removeGroup(ClientGroup first) {
    items.removeFirst();
    bytes -= first.size();
  }

  /** Takes all messages outside of groups, wherever they stand. */
  void takeMessages(Consumer<ByteBuf> receiver) {
    items.removeIf(
        item -> {
          boolean isMessage = item instanceof ByteBuf;
          if (isMessage) {
            receiver.accept((ByteBuf) item);
          }
          return isMessage;
        });
  }

  /** A group is over, and what follows an error up to the client's Sync is not run. */
  void over(ClientGroup group, boolean failed) {
    if (group.last) {
      readyDue = true;
    } else if (failed) {
      dropping = true;
      for (ClientGroup rest = peekGroup(); dropping && rest != null; rest = peekGroup()) {
        removeGroup(rest);
        drop(rest);
      }
    }
  }

  private void drop(ClientGroup group) {
    if (group.last) {
      dropping = false;
      readyDue = true;
    }
    group.release();
  }

  /** Whether the client is to be told that its turn has come; says so once. */
  boolean takeReady() {
    boolean due = readyDue;
    readyDue = false;
    return due;
  }

  void release() {
    for (Object item : items) {
      if (item instanceof ClientGroup group) {
        group.release();
      } else {
        ((ByteBuf) item).release();
      }
    }
    items.clear();
  }
}
