/**
 * Transactions of Spring that run again after a conflict: {@link
 * io.github.dsqljava.spring.transaction.RetryConflicts} and {@link
 * io.github.dsqljava.spring.transaction.ConflictRetry}.
 */
@NullMarked
package io.github.dsqljava.spring.transaction;

import org.jspecify.annotations.NullMarked;
