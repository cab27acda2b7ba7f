/** The limits of a cluster, and the clock by which connections, transactions and jobs age. */
@NullMarked
package io.github.dsqljava.local.limits;

import org.jspecify.annotations.NullMarked;
