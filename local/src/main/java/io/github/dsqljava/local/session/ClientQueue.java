package io.github.dsqljava.local.session;

import io.github.dsqljava.local.protocol.FrontendType;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client has sent and nobody has run yet: groups, and messages outside of groups. Belongs to
 * an event loop.
 */
final class ClientQueue {
  private static final int MAX_BYTES = 1024 * 1024;

  /** Takes messages outside of groups. */
  interface Receiver {
    void take(byte type, ByteBuf message);
  }

  private record Single(byte type, ByteBuf message) {}

  private final Deque<Object> items = new ArrayDeque<>();
  private int bytes;

  /** Whether what comes up to the next Sync stands behind an error, and is not run. */
  private boolean dropping;

  private boolean readyDue;

  void add(Run run) {
    if (dropping) {
      drop(run);
    } else {
      items.addLast(run);
      bytes += run.group().size();
    }
  }

  void add(byte type, ByteBuf message) {
    items.addLast(new Single(type, message));
    bytes += message.readableBytes();
  }

  boolean isEmpty() {
    return items.isEmpty();
  }

  /** Whether the client should be read no more for now. */
  boolean isFull() {
    return bytes >= MAX_BYTES;
  }

  /** Returns the group that is next; null if there is none. */
  @Nullable Run peek() {
    return items.peekFirst() instanceof Run run ? run : null;
  }

  /** Hands on the message that is next, if it is one outside of groups. */
  boolean takeMessage(Receiver receiver) {
    if (items.peekFirst() instanceof Single single) {
      items.removeFirst();
      bytes -= single.message.readableBytes();
      receiver.take(single.type, single.message);
      return true;
    }
    return false;
  }

  void remove(Run first) {
    items.removeFirst();
    bytes -= first.group().size();
  }

  /**
   * Hands on the data of the COPY that asks for it, up to its end. A Sync may stand before it; what
   * stands behind its end belongs to what comes later.
   */
  void takeDataOfCopy(Receiver receiver) {
    List<Single> data = new ArrayList<>();
    boolean ends = false;
    for (Iterator<Object> rest = items.iterator(); rest.hasNext() && !ends; ) {
      if (rest.next() instanceof Single single) {
        rest.remove();
        bytes -= single.message.readableBytes();
        data.add(single);
        ends = single.type == FrontendType.COPY_DONE || single.type == FrontendType.COPY_FAIL;
      }
    }
    data.forEach(single -> receiver.take(single.type, single.message));
  }

  /** A group is over, and what follows an error up to the client's Sync is not run. */
  void over(Run run, boolean failed) {
    if (run.group().isLast()) {
      readyDue = true;
    } else if (failed) {
      dropping = true;
      for (Run rest = peek(); dropping && rest != null; rest = peek()) {
        remove(rest);
        drop(rest);
      }
    }
  }

  private void drop(Run run) {
    run.group().settleNames(/* failed= */ true);
    if (run.group().isLast()) {
      dropping = false;
      readyDue = true;
    }
    run.release();
  }

  /** Whether the client is to be told that its turn has come; says so once. */
  boolean takeReady() {
    boolean due = readyDue;
    readyDue = false;
    return due;
  }

  void release() {
    for (Object item : items) {
      if (item instanceof Run run) {
        run.release();
      } else {
        ((Single) item).message.release();
      }
    }
    items.clear();
  }
}
