package io.github.dsqljava.junit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * The objects that adapters have made for a test, and have to close. Parameters of a constructor
 * belong to the instance; until that exists, they belong to the thread.
 */
final class Injected {
  private static final Namespace NAMESPACE = Namespace.create(Injected.class);
  private static final ThreadLocal<Injected> BEFORE_THE_INSTANCE =
      ThreadLocal.withInitial(Injected::new);

  private record Made(DsqlLocalAdapter adapter, Object object) {}

  /** Test classes may have an equals of their own. */
  private record Identity(Object instance) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Identity identity && identity.instance == instance;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(instance);
    }
  }

  private final Deque<Made> made = new ArrayDeque<>();

  private Injected() {}

  /**
   * Returns the objects of a context. The key has the context's id, because stores inherit from
   * enclosing contexts.
   */
  static Injected of(ExtensionContext context) {
    return in(context, context.getUniqueId());
  }

  /** Returns the objects of the instance that this thread is about to make. */
  static Injected ofTheNextInstance() {
    return BEFORE_THE_INSTANCE.get();
  }

  /** Moves the thread's objects to the instance that was made. */
  static void instanceMade(ExtensionContext context, Object instance) {
    in(context, new Identity(instance)).made.addAll(BEFORE_THE_INSTANCE.get().made);
    BEFORE_THE_INSTANCE.remove();
  }

  static void closeOfInstances(ExtensionContext context) throws Exception {
    if (context.getTestInstances().isPresent()) {
      for (Object instance : context.getTestInstances().get().getAllInstances()) {
        in(context, new Identity(instance)).close();
      }
    }
  }

  @SuppressWarnings("deprecation") // what JUnit 6 has in its place, 5 has not
  private static Injected in(ExtensionContext context, Object key) {
    return (Injected)
        Objects.requireNonNull(
            context.getStore(NAMESPACE).getOrComputeIfAbsent(key, unused -> new Injected()));
  }

  void add(DsqlLocalAdapter adapter, Object object) {
    made.push(new Made(adapter, object));
  }

  /** Closes all, the newest first; idempotent. */
  void close() throws Exception {
    Exception failure = null;
    for (Made next = made.poll(); next != null; next = made.poll()) {
      try {
        next.adapter.close(next.object);
      } catch (Exception e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
