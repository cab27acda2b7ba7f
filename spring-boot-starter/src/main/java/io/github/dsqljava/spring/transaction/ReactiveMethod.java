package io.github.dsqljava.spring.transaction;

import io.github.dsqljava.spring.transaction.ReactiveWatch.Found;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.transaction.TransactionDefinition;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Calls methods that return a reactive type. Used only if Reactor is on the class path. */
final class ReactiveMethod {

  private ReactiveMethod() {}

  /**
   * Lets the attempt around a method's result learn of the transaction inside it. A transaction
   * that AspectJ has woven in stays unknown.
   */
  static @Nullable Object inside(MethodInvocation invocation) throws Throwable {
    Object result = invocation.proceed();
    ReactiveAdapter adapter =
        ReactiveAdapterRegistry.getSharedInstance()
            .getAdapter(invocation.getMethod().getReturnType());
    if (result == null || adapter == null) {
      return result;
    }
    Publisher<Object> publisher = adapter.toPublisher(result);
    return adapter.fromPublisher(
        adapter.isMultiValue()
            ? ReactiveWatch.inside(Flux.from(publisher), Found.NOTHING)
            : ReactiveWatch.inside(Mono.from(publisher), Found.NOTHING));
  }

  static boolean isReactive(Class<?> returnType) {
    return ReactiveAdapterRegistry.getSharedInstance().getAdapter(returnType) != null;
  }

  static @Nullable Object call(
      ProxyMethodInvocation invocation, ConflictRetry retry, RetriedMethods.Retried retried) {
    ReactiveAdapter adapter =
        ReactiveAdapterRegistry.getSharedInstance()
            .getAdapter(invocation.getMethod().getReturnType());
    if (adapter == null) {
      throw new IllegalStateException("No reactive type: " + invocation.getMethod());
    }
    ReactiveRetry reactive = new ReactiveRetry(retry::begin, retried::progress);
    boolean always = retried.propagation() == TransactionDefinition.PROPAGATION_REQUIRES_NEW;
    boolean never = !Propagation.isOfItsOwn(retried.propagation(), /* inside= */ false);
    Supplier<Publisher<Object>> work = () -> proceed(invocation, adapter);
    Publisher<Object> result;
    if (never) {
      result = adapter.isMultiValue() ? Flux.defer(work) : Mono.defer(() -> Mono.from(work.get()));
    } else if (adapter.isMultiValue()) {
      result = always ? reactive.fluxOfItsOwn(work) : reactive.flux(work);
    } else {
      Supplier<Mono<Object>> one = () -> Mono.from(work.get());
      result = always ? reactive.monoOfItsOwn(one) : reactive.mono(one);
    }
    return adapter.fromPublisher(result);
  }

  private static Publisher<Object> proceed(
      ProxyMethodInvocation invocation, ReactiveAdapter adapter) {
    try {
      return adapter.toPublisher(invocation.invocableClone().proceed());
    } catch (Throwable e) {
      return Mono.error(e);
    }
  }
}
