/**
 * The conformance kit: plays the scripts of docs/fidelity.md on a cluster, real or local, and
 * records the answers.
 *
 * <p>It makes one schema with a random name, plays all scripts in it and drops it again in any
 * case. See {@code Workplace} for the objects that a run makes.
 */
@NullMarked
package io.github.dsqljava.local.conformance;

import org.jspecify.annotations.NullMarked;
