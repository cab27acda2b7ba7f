package io.github.dsqljava.benchmarks.peer;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ThreadFactory;

/** The kinds of threads that may block. Virtual ones by reflection, for this is compiled for 17. */
enum ThreadKind {
  PLATFORM {
    @Override
    ThreadFactory threads() {
      return task -> {
        Thread thread = new Thread(task, "caller");
        thread.setDaemon(true);
        return thread;
      };
    }

    @Override
    boolean isAvailable() {
      return true;
    }
  },
  VIRTUAL {
    @Override
    ThreadFactory threads() {
      try {
        Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
        return (ThreadFactory)
            Class.forName("java.lang.Thread$Builder").getMethod("factory").invoke(builder);
      } catch (ReflectiveOperationException e) {
        throw new UnsupportedOperationException("Virtual threads need JDK 21 or newer", unwrap(e));
      }
    }

    @Override
    boolean isAvailable() {
      return Runtime.version().feature() >= 21;
    }
  };

  abstract ThreadFactory threads();

  abstract boolean isAvailable();

  private static Throwable unwrap(ReflectiveOperationException failure) {
    Throwable cause = failure.getCause();
    return failure instanceof InvocationTargetException && cause != null ? cause : failure;
  }
}
