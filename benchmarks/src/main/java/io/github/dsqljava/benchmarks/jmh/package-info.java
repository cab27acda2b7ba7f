/** What is measured without a network. */
@NullMarked
package io.github.dsqljava.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
