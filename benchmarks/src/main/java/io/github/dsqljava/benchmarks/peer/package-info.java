/** The clients that are compared, one class each. */
@NullMarked
package io.github.dsqljava.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
