/** Callers that repeat an operation, and what they measure. */
@NullMarked
package io.github.dsqljava.benchmarks.load;

import org.jspecify.annotations.NullMarked;
