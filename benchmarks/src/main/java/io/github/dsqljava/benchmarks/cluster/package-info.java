/** The local cluster that everything runs against, and the travel time in front of it. */
@NullMarked
package io.github.dsqljava.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
