/** Microbenchmarks that need no network. */
@NullMarked
package io.github.dsqljava.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
