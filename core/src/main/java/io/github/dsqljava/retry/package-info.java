/** Policies and options for transactions that run again after a conflict or a lost connection. */
@NullMarked
package io.github.dsqljava.retry;

import org.jspecify.annotations.NullMarked;
