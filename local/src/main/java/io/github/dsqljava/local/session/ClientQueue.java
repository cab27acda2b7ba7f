package io.github.dsqljava.local.session;

import io.github.dsqljava.local.protocol.FrontendType;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
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

  private final Consumer<Run> unanswered;
  private final Deque<Object> items = new ArrayDeque<>();
  private int bytes;

  /** Whether what comes next stands behind an error, and is not run. */
  private boolean dropping;

  /** Whether that ends with the Query that has failed, and not with the next Sync. */
  private boolean droppingQuery;

  private boolean readyDue;

  /**
   * @param unanswered is told of each group that is dropped without a ReadyForQuery of its own
   */
  ClientQueue(Consumer<Run> unanswered) {
    this.unanswered = unanswered;
  }

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
      droppingQuery = run.group().isQuery();
      dropQueued();
    }
  }

  /** PostgreSQL would take no notice of data of a COPY either that stands between the groups. */
  private void dropQueued() {
    for (Iterator<Object> rest = items.iterator(); dropping && rest.hasNext(); ) {
      Object item = rest.next();
      if (item instanceof Run run) {
        rest.remove();
        bytes -= run.group().size();
        drop(run);
      } else if (item instanceof Single single && FrontendType.isOfCopy(single.type)) {
        rest.remove();
        bytes -= single.message.readableBytes();
        single.message.release();
      }
    }
  }

  private void drop(Run run) {
    run.group().names().settle(/* failed= */ true);
    if (droppingQuery ? run.group().isLast() : run.group().endsWithSync()) {
      dropping = false;
      readyDue = true;
    } else {
      unanswered.accept(run);
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
