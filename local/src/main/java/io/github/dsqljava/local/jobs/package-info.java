/**
 * Asynchronous jobs: builds of indexes, validation of constraints, and jobs that no client asks
 * for.
 */
@NullMarked
package io.github.dsqljava.local.jobs;

import org.jspecify.annotations.NullMarked;
