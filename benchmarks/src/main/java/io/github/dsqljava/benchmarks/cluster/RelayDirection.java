package io.github.dsqljava.benchmarks.cluster;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * One direction of a relay: a thread that reads from all sources and, if there is a delay, a thread
 * that writes the bytes when they are due.
 */
final class RelayDirection implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 * 1024;

  /** Linux wakes a sleeping thread this much too late, so its alarm is set earlier by as much. */
  private static final long TIMER_SLACK_NANOS = 60_000;

  /** The pause before the next write to a receiver whose buffer is full. */
  private static final long RETRY_NANOS = 50_000;

  private static final long GIVE_UP_NANOS = Duration.ofSeconds(10).toNanos();

  private final Selector selector;
  private final long travelNanos;
  private final Queue<Route> added = new ConcurrentLinkedQueue<>();
  private final DelayQueue<Parcel> travelling = new DelayQueue<>();
  private final AtomicLong parcels = new AtomicLong();
  private volatile boolean closed;

  RelayDirection(String name, Duration travel) throws IOException {
    selector = Selector.open();
    travelNanos = travel.toNanos();
    start(name + "-read", this::read);
    if (travelNanos > 0) {
      start(name + "-write", this::deliver);
    }
  }

  private static void start(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Relays from one channel to another from now on.
   *
   * @param openAt earliest departure of the first bytes, by {@link System#nanoTime()}
   */
  void add(SocketChannel from, SocketChannel to, long openAt) {
    added.add(new Route(from, to, openAt));
    selector.wakeup();
  }

  private void read() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    try {
      while (!closed) {
        selector.select(key -> read(key, buffer));
        for (Route route = added.poll(); route != null; route = added.poll()) {
          register(route);
        }
      }
    } catch (IOException | ClosedSelectorException e) {
      if (!closed) {
        throw new IllegalStateException("The relay has failed", e);
      }
    } finally {
      closeAll();
    }
  }

  private void register(Route route) {
    try {
      route.from.register(selector, SelectionKey.OP_READ, route);
    } catch (ClosedChannelException e) {
      route.close(); // the other direction has seen the end first
    }
  }

  private void read(SelectionKey key, ByteBuffer buffer) {
    Route route = (Route) key.attachment();
    long now = System.nanoTime();
    boolean end;
    buffer.clear();
    try {
      end = route.from.read(buffer) < 0;
    } catch (IOException e) {
      end = true;
    }
    buffer.flip();
    if (end) {
      key.cancel();
    }
    if (travelNanos == 0) {
      deliver(route, buffer, end);
      return;
    }
    ByteBuffer bytes = ByteBuffer.allocate(buffer.remaining()).put(buffer).flip();
    long due = Math.max(now, route.openAt) + travelNanos;
    travelling.add(new Parcel(route, bytes, end, due, parcels.incrementAndGet()));
  }

  private void deliver() {
    try {
      while (!closed) {
        Parcel parcel = travelling.poll(1, TimeUnit.SECONDS);
        if (parcel != null) {
          deliver(parcel.route, parcel.bytes, parcel.end);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void deliver(Route route, ByteBuffer bytes, boolean end) {
    try {
      long giveUp = System.nanoTime() + GIVE_UP_NANOS;
      while (bytes.hasRemaining()) {
        if (route.to.write(bytes) == 0) {
          if (System.nanoTime() - giveUp > 0) {
            throw new IOException("The receiver does not read");
          }
          LockSupport.parkNanos(RETRY_NANOS);
        }
      }
      if (end) {
        route.to.close();
        route.from.close();
      }
    } catch (IOException e) {
      route.close();
    }
  }

  private void closeAll() {
    for (SelectionKey key : selector.keys()) {
      ((Route) key.attachment()).close();
    }
    try {
      selector.close();
    } catch (IOException e) {
      // Nothing that could be done about it.
    }
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
  }

  /** A pair of channels, and the earliest departure of bytes between them. */
  private record Route(SocketChannel from, SocketChannel to, long openAt) {
    void close() {
      try (from;
          to) {
        // Closes both, even if one of them fails.
      } catch (IOException e) {
        // Nothing that could be done about it.
      }
    }
  }

  /** Bytes under way. Those of one route arrive in the order in which they left. */
  private record Parcel(Route route, ByteBuffer bytes, boolean end, long due, long number)
      implements Delayed {

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(due - TIMER_SLACK_NANOS - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      Parcel parcel = (Parcel) other;
      int byTime = Long.signum(due - parcel.due);
      return byTime != 0 ? byTime : Long.signum(number - parcel.number);
    }
  }
}
