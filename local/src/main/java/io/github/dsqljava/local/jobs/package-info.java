/** Asynchronous jobs: builds of indexes, validation of constraints, and what comes by itself. */
@NullMarked
package io.github.dsqljava.local.jobs;

import org.jspecify.annotations.NullMarked;
