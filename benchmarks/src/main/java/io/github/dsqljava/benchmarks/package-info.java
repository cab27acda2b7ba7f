/** The connector beside other PostgreSQL clients for Java, on one local cluster. */
@NullMarked
package io.github.dsqljava.benchmarks;

import org.jspecify.annotations.NullMarked;
