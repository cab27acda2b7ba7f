package io.github.dsqljava.spi.pool;

import io.github.dsqljava.pool.PoolListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The effects of a change of the pool's state: completing futures, opening and closing connections,
 * calling the listener. They are collected under the pool's lock and run after it is released,
 * because all of them call foreign code.
 */
final class Effects {
  private static final Logger LOGGER = System.getLogger(ConnectionSource.class.getPackageName());

  /**
   * The largest nesting of effects on one stack. Callbacks use the pool, which calls back. Without
   * a bound, a queue of a thousand callers that give their connections back in their callbacks
   * would overflow the stack.
   */
  private static final int MAX_DEPTH = 16;

  /** The effects that run on a thread. */
  private static final class Nesting {
    private int depth;

    /**
     * Null until the stack is deep, because each use of a pool under load makes a new object of
     * this class.
     */
    private @Nullable Queue<Runnable> postponed;

    void postpone(List<Runnable> tasks) {
      if (postponed == null) {
        postponed = new ArrayDeque<>();
      }
      postponed.addAll(tasks);
    }

    void runPostponed() {
      if (postponed != null) {
        for (Runnable task = postponed.poll(); task != null; task = postponed.poll()) {
          Effects.run(task);
        }
      }
    }
  }

  private static final ThreadLocal<Nesting> NESTING = ThreadLocal.withInitial(Nesting::new);

  private final PoolListener listener;

  /** Null while there are none, as is usual while a connection is idle. */
  private @Nullable List<Runnable> tasks;

  Effects(PoolListener listener) {
    this.listener = listener;
  }

  void add(Runnable task) {
    if (tasks == null) {
      tasks = new ArrayList<>(4);
    }
    tasks.add(task);
  }

  /**
   * Adds an effect that must not wait for foreign code: a timer that is set after a slow callback
   * fires too late.
   */
  void addFirst(Runnable task) {
    if (tasks == null) {
      tasks = new ArrayList<>(4);
    }
    tasks.add(0, task);
  }

  void tell(Consumer<PoolListener> event) {
    if (listener != PoolListener.NONE) {
      add(() -> event.accept(listener));
    }
  }

  /**
   * Runs all effects: at once or, deep in the stack, after the ones that run there. An exception of
   * one does not stop the others.
   */
  void run() {
    if (tasks == null) {
      return;
    }
    Nesting nesting = NESTING.get();
    if (nesting.depth == MAX_DEPTH) {
      nesting.postpone(tasks);
      return;
    }
    nesting.depth++;
    try {
      for (Runnable task : tasks) {
        run(task);
      }
      if (nesting.depth == MAX_DEPTH) {
        nesting.runPostponed();
      }
    } finally {
      if (--nesting.depth == 0) {
        NESTING.remove();
      }
    }
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      LOGGER.log(Level.WARNING, "A listener or a dependent of a pool failed", e);
    }
  }
}
