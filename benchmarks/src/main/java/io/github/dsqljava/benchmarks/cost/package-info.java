/** What dsql-local costs, beside the same PostgreSQL without it. */
@NullMarked
package io.github.dsqljava.benchmarks.cost;

import org.jspecify.annotations.NullMarked;
