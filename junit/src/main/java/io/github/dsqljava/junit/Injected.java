package io.github.dsqljava.junit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * What adapters have made for somebody, and have to close. What a constructor is given belongs to
 * the instance, which is not there yet: until then it belongs to the thread.
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

  /** Returns that of a context, and of none around it: the key has its id, for stores inherit. */
  static Injected of(ExtensionContext context) {
    return in(context, context.getUniqueId());
  }

  /** Returns that of the instance that this thread is about to make. */
  static Injected ofTheNextInstance() {
    return BEFORE_THE_INSTANCE.get();
  }

  /** The instance is there. */
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
