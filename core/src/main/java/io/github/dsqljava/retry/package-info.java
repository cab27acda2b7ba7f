/**
 * When to run a transaction again, and after which pause: pure decisions, without a driver and
 * without threads.
 */
@NullMarked
package io.github.dsqljava.retry;

import org.jspecify.annotations.NullMarked;
