/**
 * The conformance kit: asks a cluster, real or local, what docs/fidelity.md says of it, and writes
 * down the answers.
 *
 * <p>It makes one schema with a random name, plays all scripts in it and drops it again, whatever
 * happens. Nothing else is ever changed or dropped.
 */
@NullMarked
package io.github.dsqljava.local.conformance;

import org.jspecify.annotations.NullMarked;
