/** Measures the cost of dsql-local, compared with the same PostgreSQL without it. */
@NullMarked
package io.github.dsqljava.benchmarks.cost;

import org.jspecify.annotations.NullMarked;
