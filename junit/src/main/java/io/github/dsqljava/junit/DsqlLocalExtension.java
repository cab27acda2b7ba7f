package io.github.dsqljava.junit;

import io.github.dsqljava.junit.DsqlLocalTest.Cluster;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * What {@link DsqlLocalTest} registers. JUnit makes it; it keeps its state in JUnit's stores.
 *
 * <p>Thread-safe.
 */
public final class DsqlLocalExtension
    implements BeforeAllCallback,
        AfterAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(DsqlLocalExtension.class);

  private record Made(DsqlLocalAdapter adapter, Object object) {}

  /** For JUnit. */
  public DsqlLocalExtension() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    if (settings(context).cluster() != Cluster.PER_METHOD && lease(context) == null) {
      store(context).put(Lease.class, Lease.take(context.getUniqueId(), settings(context)));
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (settings(context).cluster() == Cluster.PER_METHOD) {
      store(context).put(Lease.class, Lease.take(context.getUniqueId(), settings(context)));
    }
    required(context).begin(context.getRequiredTestClass().getName());
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    Lease lease = required(context);
    if (context.getExecutionException().isPresent()) {
      String report = Report.of(context.getDisplayName(), lease.cluster);
      if (!report.isEmpty()) {
        System.err.print(report);
      }
    }
    try {
      closeMade(context);
    } finally {
      lease.end(context.getRequiredTestClass().getName());
      giveBack(context, lease);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    Lease lease = lease(context);
    try {
      closeMade(context);
    } finally {
      if (lease != null) {
        giveBack(context, lease);
      }
    }
  }

  private static void giveBack(ExtensionContext context, Lease lease) {
    if (lease.owner.equals(context.getUniqueId())) {
      store(context).remove(Lease.class);
      lease.giveBack();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return Adapters.of(parameter.getParameter().getType()).isPresent();
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    DsqlLocalAdapter adapter = Adapters.of(type).orElseThrow();
    Lease lease = lease(context);
    if (lease == null) {
      throw new ParameterResolutionException(
          "with a cluster for each method there is none yet for "
              + name(parameter.getDeclaringExecutable())
              + ": only tests and what runs before and after each of them can have one");
    }
    try {
      Object object = adapter.create(type, lease.cluster);
      made(context).push(new Made(adapter, object));
      return object;
    } catch (Exception e) {
      throw new ParameterResolutionException(
          "could not make the " + type.getSimpleName() + " of " + lease.cluster + ": " + e, e);
    }
  }

  private static String name(Executable executable) {
    return executable instanceof Method method ? method.getName() : "the constructor";
  }

  private static void closeMade(ExtensionContext context) throws Exception {
    Deque<Made> made = made(context);
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

  /** What was made for this context and no other: the key has its id, for stores inherit. */
  @SuppressWarnings({"unchecked", "deprecation"}) // what JUnit 6 has in its place, 5 has not
  private static Deque<Made> made(ExtensionContext context) {
    Object made =
        store(context)
            .getOrComputeIfAbsent("made for " + context.getUniqueId(), key -> new ArrayDeque<>());
    return (Deque<Made>) Objects.requireNonNull(made);
  }

  private static @Nullable Lease lease(ExtensionContext context) {
    return store(context).get(Lease.class, Lease.class);
  }

  private static Lease required(ExtensionContext context) {
    Lease lease = lease(context);
    if (lease == null) {
      throw new IllegalStateException("no cluster for " + context.getDisplayName());
    }
    return lease;
  }

  private static Store store(ExtensionContext context) {
    return context.getStore(NAMESPACE);
  }

  /** Of the class, or of the nearest class around it. */
  private static DsqlLocalTest settings(ExtensionContext context) {
    for (Class<?> type = context.getRequiredTestClass();
        type != null;
        type = type.getEnclosingClass()) {
      DsqlLocalTest settings = type.getAnnotation(DsqlLocalTest.class);
      if (settings != null) {
        return settings;
      }
    }
    throw new IllegalStateException(
        context.getRequiredTestClass().getName() + " is not annotated with @DsqlLocalTest");
  }
}
