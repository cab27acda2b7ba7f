package io.github.dsqljava.spring.transaction;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Runs the transaction of a method again when it lost a conflict with another one (40001), when its
 * schema was out of date, or when its connection was lost before COMMIT was sent.
 *
 * <pre>{@code
 * @Transactional
 * @RetryConflicts
 * Mono<Void> transfer(UUID from, UUID to, long cents) { ... }
 * }</pre>
 *
 * <p>It is used together with {@code Transactional}, on methods that return a {@code Mono}, a
 * {@code Flux} or another reactive type, and on methods that block. The whole method is called
 * again, so its effects outside the database happen again, too. The elements of a {@code Flux} are
 * kept until COMMIT has succeeded, so a subscriber sees none of an attempt that was rolled back.
 *
 * <p>A method that takes part in its caller's transaction is not run again, because only the owner
 * of a transaction can repeat it. On a class, the annotation applies to all transactional methods.
 *
 * <p>Failures: a {@link io.github.dsqljava.RetriesExhaustedException} when the policy ({@code
 * dsql.retry}) allows no more; a {@link io.github.dsqljava.CommitOutcomeUnknownException} when the
 * answer to COMMIT was lost, which is not tried again unless {@link #idempotent()}; any other
 * failure of the method unchanged.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface RetryConflicts {

  /**
   * Returns whether running the method twice has the effect of running it once, so that it may be
   * run again after an answer to COMMIT was lost. By default it is not.
   */
  boolean idempotent() default false;

  /**
   * Returns the largest number of calls of the method, 1 or more. The default 0 stands for the
   * value of {@code dsql.retry.max-attempts}. Failures that are no conflict end it earlier, after
   * {@code dsql.retry.max-other-failures} of them, 10 by default.
   */
  int maxAttempts() default 0;
}
