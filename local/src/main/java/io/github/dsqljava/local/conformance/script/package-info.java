/**
 * What is asked of a cluster: scripts of statements with the answers that are expected, and the
 * table of docs/fidelity.md that they prove.
 */
@NullMarked
package io.github.dsqljava.local.conformance.script;

import org.jspecify.annotations.NullMarked;
