package io.github.dsqljava.junit;

import io.github.dsqljava.junit.DsqlLocalTest.Cluster;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.TestInstance.Lifecycle;
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
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePostProcessor;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;

/**
 * The JUnit extension that {@link DsqlLocalTest} registers. It keeps its state in JUnit's stores.
 *
 * <p>Thread-safe.
 */
public final class DsqlLocalExtension
    implements BeforeAllCallback,
        AfterAllCallback,
        TestInstancePreConstructCallback,
        TestInstancePostProcessor,
        BeforeEachCallback,
        AfterEachCallback,
        ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(DsqlLocalExtension.class);

  /**
   * Set once a test has begun: JUnit calls {@code afterEach} also if another extension failed
   * before.
   */
  private static final String BEGUN = "begun";

  /** For JUnit. */
  public DsqlLocalExtension() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    Lease lease = leaseOfClass(context);
    if (lease != null && !isOwner(context, lease)) {
      lease.enter(context.getUniqueId());
    }
  }

  /**
   * With a new instance for each test, the objects that its constructor makes belong to the test.
   */
  @Override
  public void preConstructTestInstance(
      TestInstanceFactoryContext instance, ExtensionContext context) {
    Lease lease = lease(context);
    if (lease != null && isInstancePerMethod(context)) {
      lease.markFor(instance.getTestClass().getName());
    }
  }

  @Override
  public void postProcessTestInstance(Object instance, ExtensionContext context) {
    Injected.instanceMade(context, instance);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (settings(context).cluster() == Cluster.PER_METHOD) {
      store(context).put(Lease.class, Lease.take(context.getUniqueId(), settings(context)));
    }
    required(context).begin(context.getRequiredTestClass().getName());
    store(context).put(BEGUN, true);
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    Lease lease = lease(context);
    if (lease == null) {
      return; // no cluster could be started, as JUnit has been told
    }
    report(context, lease);
    try {
      closeInjected(context, isInstancePerMethod(context));
    } finally {
      if (store(context).remove(BEGUN) != null) {
        lease.end(context.getRequiredTestClass().getName());
      }
      giveBack(context, lease);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    Lease lease = lease(context);
    if (lease != null) {
      report(context, lease);
    }
    try {
      closeInjected(context, true);
    } finally {
      if (lease != null) {
        lease.leave(context.getUniqueId());
        giveBack(context, lease);
      }
    }
  }

  private static void report(ExtensionContext context, Lease lease) {
    if (context.getExecutionException().isPresent()) {
      System.err.print(Report.of(context.getDisplayName(), lease.cluster));
    }
  }

  private static void closeInjected(ExtensionContext context, boolean instancesToo)
      throws Exception {
    try {
      Injected.of(context).close();
    } finally {
      if (instancesToo) {
        Injected.closeOfInstances(context);
      }
    }
  }

  private static void giveBack(ExtensionContext context, Lease lease) {
    if (isOwner(context, lease)) {
      store(context).remove(Lease.class);
      lease.giveBack();
    }
  }

  private static boolean isOwner(ExtensionContext context, Lease lease) {
    return lease.owner.equals(context.getUniqueId());
  }

  private static boolean isInstancePerMethod(ExtensionContext context) {
    return !context.getTestInstanceLifecycle().equals(Optional.of(Lifecycle.PER_CLASS));
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return Adapters.of(parameter.getParameter().getType()).isPresent();
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    DsqlLocalAdapter adapter = Adapters.of(type).orElseThrow();
    Executable executable = parameter.getDeclaringExecutable();
    // JUnit makes the one instance of a class before it calls anything else for the class.
    Lease lease = context.getTestMethod().isEmpty() ? leaseOfClass(context) : lease(context);
    if (lease == null) {
      throw new ParameterResolutionException(
          "with a cluster for each method there is none yet for "
              + name(executable)
              + ": only tests, and methods that run before and after each of them, can have one");
    }
    try {
      Object object = adapter.create(type, lease.cluster);
      Injected injected =
          executable instanceof Method ? Injected.of(context) : Injected.ofTheNextInstance();
      injected.add(adapter, object);
      return object;
    } catch (Exception e) {
      throw new ParameterResolutionException(
          "could not make the " + type.getSimpleName() + " of " + lease.cluster + ": " + e, e);
    }
  }

  private static String name(Executable executable) {
    return executable instanceof Method method ? method.getName() : "the constructor";
  }

  private static @Nullable Lease lease(ExtensionContext context) {
    return store(context).get(Lease.class, Lease.class);
  }

  /**
   * Returns the cluster of a class: its own, if it has the annotation or is not nested, else that
   * of the enclosing class; null with a cluster for each method.
   */
  private static @Nullable Lease leaseOfClass(ExtensionContext context) {
    DsqlLocalTest settings = settings(context);
    if (settings.cluster() == Cluster.PER_METHOD) {
      return null;
    }
    Lease lease = lease(context);
    boolean isItsOwn = context.getRequiredTestClass().isAnnotationPresent(DsqlLocalTest.class);
    if (lease == null || (isItsOwn && !isOwner(context, lease))) {
      lease = Lease.take(context.getUniqueId(), settings);
      store(context).put(Lease.class, lease);
    }
    return lease;
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

  /** Returns the settings of the class, or of the nearest enclosing class that has some. */
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
