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
 * The requests of a client that have yet to run: groups, and messages outside of groups. Belongs to
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

  /** Whether the next groups are skipped because of an error before them. */
  private boolean dropping;

  /** Whether skipping ends with the failed Query, and not with the next Sync. */
  private boolean droppingQuery;

  private boolean readyDue;

  /**
   * @param unanswered receives each group that is dropped without a ReadyForQuery of its own
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

  /** Whether reading from the client should pause. */
  boolean isFull() {
    return bytes >= MAX_BYTES;
  }

  /** Returns the next item if it is a group; null otherwise. */
  @Nullable Run peek() {
    return items.peekFirst() instanceof Run run ? run : null;
  }

  /** Hands on the next item if it is a message outside of groups; returns whether it was. */
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
   * Hands on the data for the current COPY, up to CopyDone or CopyFail. A Sync may come before the
   * data. Messages after the end belong to later groups.
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

  /** A group is over. After an error, everything up to the client's Sync is skipped. */
  void over(Run run, boolean failed) {
    if (run.group().isLast()) {
      readyDue = true;
    } else if (failed) {
      dropping = true;
      droppingQuery = run.group().isQuery();
      dropQueued();
    }
  }

  /** Drops skipped groups, and COPY data between them, which PostgreSQL would ignore, too. */
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

  /** Whether a ReadyForQuery is due to the client; the call clears the flag. */
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
